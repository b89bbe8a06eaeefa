"""The class room: what the page of ``frontline demo`` shows, and the page itself."""

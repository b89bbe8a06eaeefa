"""The views of the class room: one file each."""

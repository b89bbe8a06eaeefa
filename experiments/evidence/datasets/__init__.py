"""What the facts are taken from: simulated field data, made unit by unit."""

"""``kind = "frontier"``: policies searched for what no other beats in everything."""

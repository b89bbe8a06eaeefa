"""``kind = "curve"``: one or two dimensions of the strategy space swept, all else held."""

"""``kind = "regimes"``: which policy is best where, for whom, and how robust that is."""

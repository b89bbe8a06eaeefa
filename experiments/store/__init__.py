"""Results on disk: written so that nothing is lost, locked, checked, and asked by SQL."""

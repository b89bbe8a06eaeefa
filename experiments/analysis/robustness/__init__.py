"""Which policy does well enough whatever centre it is, and what is worth knowing better."""

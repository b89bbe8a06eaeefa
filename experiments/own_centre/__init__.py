"""A user's own centre: its KPIs, a log of its contacts, and what a calibration makes of them."""

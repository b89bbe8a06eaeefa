"""``kind = "sensitivity"``: what moves the numbers, and what decides the answer."""

"""What the kinds that vary the centre share: ranges of parameters, points simulated, a session."""

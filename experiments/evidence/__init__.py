"""The evidence: what the model's own data say to each published finding it is held to."""

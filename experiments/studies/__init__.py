"""Studies of the laboratory itself: whether its methods keep what they promise."""

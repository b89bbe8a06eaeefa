"""What the runs say: one method a file, on plain arrays."""

"""What curves over swept dimensions say, each with its uncertainty; one method a file."""

"""The laboratory: experiments on the model, from a file to its results."""

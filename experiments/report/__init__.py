"""Results as a page that can be attached to a paper."""

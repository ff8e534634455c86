"""A small graph of real facts: three networks and ten cities, for tests that need no more."""

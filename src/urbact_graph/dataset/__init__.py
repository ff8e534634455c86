"""From the graph's sources to the one dataset that is validated and served."""

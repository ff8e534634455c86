"""Questions in words: from an English sentence to a stored query and its parameters."""

"""Search: the names and texts of all things, found however they are written."""

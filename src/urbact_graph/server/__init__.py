"""The server's processes: the supervisor, and the web process with its gateway."""

"""The query engine: its protocol, and the local engine that evaluates in worker processes."""

"""Benchmarks of urbact-graph beside other SPARQL servers; run ``python -m benchmarks --help``."""

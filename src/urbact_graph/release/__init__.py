"""Releases: everything that is published with one version of the graph."""

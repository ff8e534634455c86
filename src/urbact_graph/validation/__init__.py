"""Validate the built dataset with SHACL: what is wrong, in which file, and the remedy."""

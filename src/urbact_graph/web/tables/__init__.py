"""The tables of the current release over HTTP: their columns, their rows, and other formats."""

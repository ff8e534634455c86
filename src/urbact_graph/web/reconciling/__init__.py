"""Reconciliation: which thing of the graph a name in another source means."""

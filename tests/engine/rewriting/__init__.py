"""The corrections of queries where the engine deviates from SPARQL."""

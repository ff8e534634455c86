"""Put a dataset into a store by the SPARQL 1.1 Graph Store Protocol; knows nothing of the web."""

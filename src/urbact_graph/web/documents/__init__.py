"""Documents: what the graph states of entities and of the dataset, in RDF formats."""

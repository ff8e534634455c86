"""The documents of entities and of the dataset, in RDF formats."""

"""The words of RDF: namespaces, formats, terms, graphs, and SPARQL as text."""

"""RDF: namespaces, formats, terms, graphs, a builder, and SPARQL as text."""

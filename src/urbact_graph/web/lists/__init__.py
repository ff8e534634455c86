"""Lists with facets: what is listed, by what it can be chosen, and the query that makes a list."""

"""The stored queries: SPARQL files whose headers state question, parameters and columns."""

"""The description of the interface in OpenAPI 3.1, made from the headers, lists and tables."""

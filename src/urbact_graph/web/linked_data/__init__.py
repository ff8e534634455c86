"""The graph as linked data: a document for each entity, and what leads harvesters to them."""

"""The atlas: the things of the graph in memory, as pages, lists, search and pictures need them."""

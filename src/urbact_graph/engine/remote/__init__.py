"""The remote engine: SPARQL services, replicas of each other, asked within our limits."""

"""The routes, in a module for each resource."""

from urbact_graph.web.routes import (
    catalogue,
    conformance,
    dumps,
    entities,
    graph_store,
    health,
    home,
    jsonld_context,
    ldes,
    limits,
    lists,
    metrics,
    pictures,
    reports,
    robots,
    search,
    sparql,
    static,
)

# The route of the entities matches any path, and comes last.
BLUEPRINTS = (
    sparql.routes,
    graph_store.routes,
    health.routes,
    limits.routes,
    conformance.routes,
    metrics.routes,
    home.routes,
    catalogue.routes,
    reports.routes,
    dumps.routes,
    ldes.routes,
    jsonld_context.routes,
    robots.routes,
    static.routes,
    lists.routes,
    search.routes,
    pictures.routes,
    entities.routes,
)

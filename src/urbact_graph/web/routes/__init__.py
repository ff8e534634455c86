"""The routes: a module each for what stands at an address."""

from urbact_graph.web.routes import (
    catalogue,
    dumps,
    entities,
    health,
    home,
    jsonld_context,
    ldes,
    limits,
    metrics,
    reports,
    robots,
    sparql,
)

# Those of the entities, which take any path, come last.
BLUEPRINTS = (
    sparql.routes,
    health.routes,
    limits.routes,
    metrics.routes,
    home.routes,
    catalogue.routes,
    reports.routes,
    dumps.routes,
    ldes.routes,
    jsonld_context.routes,
    robots.routes,
    entities.routes,
)

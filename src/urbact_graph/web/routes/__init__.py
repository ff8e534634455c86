"""The graph as linked data: a document for each entity, and what leads harvesters to them."""

from flask import Blueprint

from urbact_graph.web.snapshot import ByVersion, ServedGraph
from urbact_graph.web.routes.catalogue import catalogue_blueprint
from urbact_graph.web.routes.jsonld_context import context_blueprint
from urbact_graph.web.routes.dumps import dumps_blueprint
from urbact_graph.web.routes.entities import entities_blueprint
from urbact_graph.web.routes.home import home_blueprint
from urbact_graph.web.documents.index import Index
from urbact_graph.web.routes.ldes import ldes_blueprint
from urbact_graph.web.pages.entity_page import Vocabulary
from urbact_graph.web.routes.reports import reports_blueprint
from urbact_graph.web.routes.robots import robots_blueprint
from urbact_graph.web.documents.jsonld_terms import Terms


def linked_data_blueprints(graph: ServedGraph) -> tuple[Blueprint, ...]:
    """Make the routes of ``graph``; those of the entities, which take any path, come last."""
    index = ByVersion(graph.engine, lambda: Index.of(graph.for_all()))
    vocabulary = ByVersion(graph.engine, lambda: Vocabulary.of(graph.for_all()))
    terms = ByVersion(graph.engine, lambda: Terms.of(graph.for_all()))
    return (
        home_blueprint(graph, index),
        catalogue_blueprint(graph, index, vocabulary, terms),
        reports_blueprint(graph, index, terms),
        dumps_blueprint(graph),
        ldes_blueprint(graph),
        context_blueprint(terms),
        robots_blueprint(graph, index),
        entities_blueprint(graph, index, vocabulary, terms),
    )

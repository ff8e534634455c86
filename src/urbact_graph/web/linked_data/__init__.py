"""The graph as linked data: a document for each entity, and what leads harvesters to them."""

from flask import Blueprint

from urbact_graph.web.graph import ByVersion, ServedGraph
from urbact_graph.web.linked_data.catalogue import catalogue_blueprint
from urbact_graph.web.linked_data.context import context_blueprint
from urbact_graph.web.linked_data.dumps import dumps_blueprint
from urbact_graph.web.linked_data.entities import entities_blueprint
from urbact_graph.web.linked_data.home import home_blueprint
from urbact_graph.web.linked_data.index import Index
from urbact_graph.web.linked_data.ldes import ldes_blueprint
from urbact_graph.web.linked_data.pages import Vocabulary
from urbact_graph.web.linked_data.reports import reports_blueprint
from urbact_graph.web.linked_data.robots import robots_blueprint
from urbact_graph.web.linked_data.terms import Terms


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

"""The stored queries as examples in the graph, and the prefixes that they are written with.

Editors and assistants read both from the store, in the words of SHACL (section 5.2.1 on prefixes;
SHACL Advanced Features, section 5.2 on executables; https://github.com/sib-swiss/sparql-examples).
"""

from collections.abc import Iterable

from urbact_graph.rdf.builder import Statements
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.terms import typed
from urbact_graph.stored.query import StoredQuery
from urbact_graph.stored.text import with_terms

_FORMS = {
    "SELECT": ("sh:select", "sh:SPARQLSelectExecutable"),
    "ASK": ("sh:ask", "sh:SPARQLAskExecutable"),
    "CONSTRUCT": ("sh:construct", "sh:SPARQLConstructExecutable"),
}


def write_examples(statements: Statements, queries: Iterable[StoredQuery]) -> None:
    """State the prefixes, and each of ``queries`` with its parameters at their defaults."""
    prefixes = statements.about(statements.node("dataset#prefixes")).type("owl:Ontology")
    prefixes.text("rdfs:label", "Prefixes of the queries", language="en")
    prefixes.link("dct:isPartOf", statements.node("dataset"))
    for name, namespace in statements.prefixes.items():
        declared = statements.about(statements.node(f"dataset#prefix-{name}"))
        declared.type("sh:PrefixDeclaration").text(
            "rdfs:label", f"The prefix {name}", language="en"
        )
        declared.text("sh:prefix", name)
        declared.value("sh:namespace", typed(namespace, XSD.anyURI))
        prefixes.link("sh:declare", declared.node)
    for query in queries:
        if query.form not in _FORMS:
            continue
        property_, kind = _FORMS[query.form]
        example = statements.about(statements.node(f"dataset#query-{query.name}"))
        example.type("sh:SPARQLExecutable", kind)
        example.text("rdfs:label", query.title, language="en")
        example.text("rdfs:comment", query.question, language="en")
        example.text(property_, with_terms(query, query.defaults))
        example.link("sh:prefixes", prefixes.node)
        example.link("schema:target", statements.node("sparql"))

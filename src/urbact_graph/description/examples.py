"""The stored queries as examples in the graph, and the prefixes that they are written with.

Editors and assistants read both from the store, in the words of SHACL (section 5.2.1 on prefixes;
SHACL Advanced Features, section 5.2 on executables; https://github.com/sib-swiss/sparql-examples).
"""

from collections.abc import Iterable, Iterator

from urbact_graph.rdf.builder import Statements
from urbact_graph.rdf.namespaces import XSD
from urbact_graph.rdf.sparql import Token, tokens
from urbact_graph.rdf.terms import typed
from urbact_graph.stored.query import StoredQuery

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
        example.text(property_, with_defaults(query))
        example.link("sh:prefixes", prefixes.node)
        example.link("schema:target", statements.node("sparql"))


def with_defaults(query: StoredQuery) -> str:
    """Return the text of ``query`` without its header, with the defaults of its parameters."""
    lines = query.text.splitlines()
    body = next(place for place, line in enumerate(lines) if not line.startswith("#"))
    text = "\n".join(lines[body:])
    defaults = {each.name: each.default for each in query.parameters if each.default is not None}
    parts, position = [], 0
    for place, names in _patterns(list(tokens(text)), set(defaults)):
        values = (f" VALUES ?{name} {{ {defaults[name]} }}" for name in sorted(names))
        parts += [text[position:place], *values]
        position = place
    return "".join([*parts, text[position:]])


def _patterns(known: list[Token], parameters: set[str]) -> Iterator[tuple[int, set[str]]]:
    """Yield where a pattern begins, behind its brace, and which of ``parameters`` it needs.

    They are needed in the query's own pattern, and in that of each sub-select that projects them:
    values from outside do not reach into it (SPARQL 1.1, section 12).
    """
    projected: set[str] | None = set(parameters)
    is_template = False
    for token in known:
        word = token.text.upper()
        if word == "CONSTRUCT":
            is_template = True
        elif word == "SELECT":
            projected = set() if projected is None else projected
        elif token.kind == "variable" and projected is not None:
            projected.add(token.text[1:])
        elif token.text == "{" and is_template:
            is_template = False
        elif token.text == "{" and projected is not None:
            yield token.end, projected & parameters
            projected = None

"""The SPARQL queries in the shapes: their whole text, and whether they can be evaluated."""

from collections.abc import Container, Iterator

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples, Store

from urbact_graph.rdf.graph import IndexedGraph
from urbact_graph.rdf.namespaces import SH
from urbact_graph.rdf.regular_expressions import pattern_fault
from urbact_graph.rdf.sparql import mistake, tokens
from urbact_graph.validation.vocabulary import Terms

# The properties whose values are queries, with the form of each.
FORMS = {
    SH.select: (QuerySolutions, "SELECT"),
    SH.ask: (QueryBoolean, "ASK"),
    SH.construct: (QueryTriples, "CONSTRUCT"),
}


def query_text(node: str, shapes: IndexedGraph, form: str = SH.select) -> str:
    """Return the query of ``node``, a SPARQL-based target or constraint, with its prefixes.

    The prefixes are those that the ontologies named by sh:prefixes declare (SHACL, section 5.2.1).
    They stand on the first line, so that an error has the line that the file's reader counts.
    """
    prologue = "".join(
        f"PREFIX {prefix}: <{namespace}> " for prefix, namespace in sorted(prefixes(node, shapes))
    )
    return prologue + shapes.text(node, form)


def prefixes(node: str, shapes: IndexedGraph) -> set[tuple[str, str]]:
    """Return the prefixes, with their namespaces, that ``node`` names by sh:prefixes."""
    return {
        (shapes.text(each, SH.prefix), shapes.text(each, SH.namespace))
        for ontology in shapes.iris(node, SH.prefixes)
        for each in shapes.iris(ontology, SH.declare)
    }


def query_fault(node: str, form: str, shapes: IndexedGraph, terms: Terms) -> str:
    """Return what is wrong with the query of ``node``, as the end of a sentence; else nothing.

    It must be SPARQL, of the form that the property ``form`` takes, and select ?this where a shape
    uses it; and it may name only terms that there are.
    """
    query, (kind, name) = query_text(node, shapes, form), FORMS[form]
    try:
        results = Store().query(query)
    except SyntaxError as error:
        return (
            f"has a query that is not SPARQL. {mistake(query, error).sentence} Line 1 begins with "
            "the prefixes that sh:prefixes declares. Correct the query in this file"
        )
    except (OSError, RuntimeError, ValueError) as error:
        return f"has a query that cannot be evaluated ({error}); correct it"
    if not isinstance(results, kind):
        return f"has another query than {name}; write one of this form"
    for_shape = form == SH.select and any(
        shapes.linking(node, each) for each in (SH.target, SH.sparql)
    )
    if for_shape and "this" not in (each.value for each in getattr(results, "variables", ())):
        return "does not select ?this; write a query that begins with SELECT ?this"
    return _fault_of_terms(query, terms)


def _fault_of_terms(query: str, terms: Terms) -> str:
    """Return what in ``query`` can select nothing, as the end of a sentence; else nothing."""
    for iri in named(query):
        if unknown := terms.unknown(iri):
            return f"has a query with {unknown}; correct its name"
    for iri in named(query, after=("a", "rdf:type")):
        if wrong := terms.misused(SH["class"], iri):
            return f"has a query with {terms.short(iri)} as a class, which {wrong}"
    fault = pattern_fault(query)
    return f"has a query that selects nothing: {fault.clause}" if fault else ""


def named(query: str, after: Container[str] | None = None) -> Iterator[str]:
    """Yield the IRIs that a query names, those of prefixed names in full; not its namespaces.

    With ``after`` only those that follow one of these words.
    """
    declared: dict[str, str] = {}
    before = ["", ""]
    for token in tokens(query):
        iri = token.text[1:-1] if token.kind == "iri" else ""
        if before[0].upper() == "PREFIX":
            declared[before[1].removesuffix(":")] = iri
        elif token.kind == "name" and ":" in token.text and before[1].upper() != "PREFIX":
            prefix, _, local = token.text.partition(":")
            # A backslash stands before a sign that is no sign of SPARQL's here.
            iri = f"{declared.get(prefix, '')}{local.replace(chr(92), '')}"
        if iri and before[0].upper() != "PREFIX" and (after is None or before[1] in after):
            yield iri
        before = [before[1], token.text]

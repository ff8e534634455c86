"""Apply a rule: a SPARQL CONSTRUCT query whose results are added to the graph that it reads."""

from pyoxigraph import QueryTriples, Store, Triple

from urbact_graph.errors import SourceError
from urbact_graph.rdf.parsing import named
from urbact_graph.rdf.regular_expressions import pattern_fault
from urbact_graph.rdf.sparql import mistake, position, tokens


def derive(store: Store, rule: bytes, name: str) -> list[Triple]:
    """Return what ``rule``, the content of a file called ``name``, derives from ``store``.

    Raises:
        SourceError: the rule is no CONSTRUCT query, calls another service, has a regular
            expression that is none, derives a blank node, or cannot be evaluated.
    """
    try:
        text = rule.decode()
    except UnicodeDecodeError:
        raise SourceError(f"{name} is not UTF-8; save it as UTF-8.") from None
    if any(token.text.upper() == "SERVICE" for token in tokens(text)):
        raise SourceError(f"{name} calls another service, which no rule may; take SERVICE out.")
    if fault := pattern_fault(text):
        line, column = position(text, fault.start)
        raise SourceError(f"{name}, line {line}, column {column}: {fault.clause}.")
    try:
        results = store.query(text)
        if not isinstance(results, QueryTriples):
            raise SourceError(f"{name} is no rule; a rule is a CONSTRUCT query.")
        # All results are taken before the first is added to the store that the rule reads.
        return [named(triple, name) for triple in results]
    except SyntaxError as error:
        wrong = mistake(text, error)
        raise SourceError(f"{name}: {wrong.sentence} Correct the rule there.") from None
    except (OSError, RuntimeError) as error:
        raise SourceError(f"{name} cannot be evaluated: {error}. Correct the rule.") from None

"""The one family of errors that the package raises for its users."""

from collections.abc import Sequence


class UrbactGraphError(Exception):
    """A failure; the message is one sentence that says what is wrong, where, and how to fix it."""


class FactsError(UrbactGraphError):
    """Fact tables that cannot be imported; ``problems`` holds one sentence a mistake."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class SourceError(UrbactGraphError):
    """A source file of the graph (data, ontology, rule, shape, query) that cannot be used."""


class DatasetError(UrbactGraphError):
    """A dataset that is missing, unreadable or not what it should be."""


class QueryError(UrbactGraphError):
    """A query, stored query or parameter that cannot be used."""


class EngineError(UrbactGraphError):
    """An engine that cannot be started or no longer answers."""


class FormatError(UrbactGraphError):
    """Terms that a format cannot hold.

    ``reason`` is a sentence without its full stop, ``formats`` the names of those that can hold
    them.
    """

    def __init__(self, reason: str, formats: Sequence[str]) -> None:
        super().__init__(f"{reason}; choose one of {', '.join(formats)}.")
        self.reason = reason
        self.formats = tuple(formats)

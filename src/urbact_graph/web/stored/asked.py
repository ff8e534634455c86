"""What a request asks of a stored query: values, the part of the answer, and its format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from urbact_graph.errors import QueryError
from urbact_graph.names import KINDS, Names
from urbact_graph.problems import INVALID_PARAMETER, NOT_ACCEPTABLE, ProblemError
from urbact_graph.rdf.formats import GEOJSON, Format, formats
from urbact_graph.rdf.terms import Term
from urbact_graph.stored.query import (
    RESERVED,
    ParameterError,
    StoredQuery,
    UnknownParameterError,
)
from urbact_graph.stored.view import COORDINATES, GEOMETRY
from urbact_graph.web.negotiation import HTML_TYPE, Acceptance

MOST_ROWS, LAST_OFFSET = 10_000, 1_000_000
PAGE = "html"
_LONGEST_VALUE = 200


@dataclass(frozen=True)
class Asked:
    """What a request asks of ``query``.

    ``given`` has the texts of the parameters that have one, ``terms`` those of all that have a
    value. ``limit`` is None where all rows are wanted.
    """

    query: StoredQuery
    given: Mapping[str, str]
    terms: Mapping[str, Term]
    limit: int | None
    offset: int

    @classmethod
    def of(
        cls, query: StoredQuery, values: Mapping[str, Sequence[str]], names: Names, base: str
    ) -> Self:
        """Read what the parameters ``values`` of a request ask of ``query``.

        Raises:
            ProblemError: one is unknown, repeated, or has a value that it does not take.
        """
        refuse_repeated(values)
        texts = {name: found[0] for name, found in values.items() if name not in RESERVED}
        limit, offset = read_part(values)
        if query.form != "SELECT" and ("limit" in values or "offset" in values):
            raise ProblemError(
                INVALID_PARAMETER,
                f"The answer to {query.name} has no rows, of which 'limit' and 'offset' would "
                "choose some; leave them out.",
                extensions={"parameter": "limit" if "limit" in values else "offset"},
            )
        for parameter in query.parameters:
            if parameter.datatype != "string":
                _refuse_blank(parameter.name, texts.get(parameter.name, ""))
        try:
            terms = query.bind(texts, base, names)
        except QueryError as error:
            raise _problem(error, query) from None
        given = {name: text.strip() for name, text in texts.items() if text.strip()}
        return cls(query, given, terms, limit, offset)


def _refuse_blank(name: str, text: str) -> None:
    if text and not text.strip():
        raise ProblemError(
            INVALID_PARAMETER,
            f"The value of '{name}' is blank; write one, or leave the parameter out.",
            extensions={"parameter": name},
        )


def _problem(error: QueryError, query: StoredQuery) -> ProblemError:
    extensions: dict[str, object] = {}
    if isinstance(error, UnknownParameterError):
        known = (*error.known, *reserved(query))
        extensions = {"parameter": error.name[:_LONGEST_VALUE], "known": known}
        extensions["nearest"] = nearest(error.name, known)
        sentence = (
            f"The query {query.name} has no parameter {error.name[:_LONGEST_VALUE]}; it takes "
            f"{', '.join(known)}."
        )
        return ProblemError(INVALID_PARAMETER, sentence, extensions=extensions)
    if isinstance(error, ParameterError):
        parameter = error.parameter
        extensions = {
            "parameter": parameter.name,
            "takes": takes(parameter.kind or parameter.datatype),
            "meaning": parameter.meaning,
            "nearest": list(error.nearest),
        }
    return ProblemError(INVALID_PARAMETER, str(error), extensions=extensions)


def takes(kind: str) -> str:
    """Say what a parameter of ``kind`` takes, in words."""
    if kind in KINDS:
        return f"{KINDS[kind][0]}, by a name in any language, a code, a path or an IRI"
    return kind


def reserved(query: StoredQuery) -> tuple[str, ...]:
    """Return the further parameters that a request to ``query`` may have."""
    return RESERVED if query.form == "SELECT" else RESERVED[:1]


def nearest(name: str, known: Sequence[str]) -> list[str]:
    """Return the one of ``known`` that is most like ``name``, if any is like it."""
    # Only a mistake needs it.
    from rapidfuzz import fuzz, process  # noqa: PLC0415

    found = process.extractOne(name[:_LONGEST_VALUE], known, scorer=fuzz.ratio, score_cutoff=50)
    return [found[0]] if found else []


def refuse_repeated(values: Mapping[str, Sequence[str]]) -> None:
    """Refuse parameters that a request has several times.

    Raises:
        ProblemError: there is one.
    """
    for name, found in values.items():
        if len(found) > 1:
            shown = name[:_LONGEST_VALUE]
            raise ProblemError(
                INVALID_PARAMETER,
                f"The request has {len(found)} '{shown}' parameters; send one.",
                extensions={"parameter": shown},
            )


def refuse_unknown(values: Mapping[str, Sequence[str]], known: Sequence[str]) -> None:
    """Refuse parameters other than those that are ``known``.

    Raises:
        ProblemError: there is one.
    """
    for name in values:
        if name not in known:
            shown = name[:_LONGEST_VALUE]
            raise ProblemError(
                INVALID_PARAMETER,
                f"There is no parameter '{shown}' here; there are {', '.join(known)}.",
                extensions={"parameter": shown, "known": known, "nearest": nearest(shown, known)},
            )


def read_part(values: Mapping[str, Sequence[str]]) -> tuple[int | None, int]:
    """Return the ``limit``, None if there is none, and the ``offset`` that a request gives.

    Raises:
        ProblemError: one is no number within its bounds.
    """
    limit = _number(values, "limit", 1, MOST_ROWS)
    return limit, _number(values, "offset", 0, LAST_OFFSET) or 0


def _number(values: Mapping[str, Sequence[str]], name: str, least: int, largest: int) -> int | None:
    text = values.get(name, [""])[0]
    if not text:
        return None
    number = (
        int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(largest)) else -1
    )
    if not least <= number <= largest:
        wanted = f"a whole number from {least} to {largest}"
        raise ProblemError(
            INVALID_PARAMETER,
            f"The parameter '{name}' takes {wanted}, which '{text[:_LONGEST_VALUE]}' is not.",
            extensions={"parameter": name, "takes": wanted},
        )
    return number


def forms_of(query: StoredQuery) -> tuple[Format, ...]:
    """Return the formats that the answer to ``query`` can be had in, the default first."""
    if query.form in ("CONSTRUCT", "DESCRIBE"):
        return formats("graph")
    return (*formats("results"), GEOJSON) if has_places(query) else formats("results")


def has_places(query: StoredQuery) -> bool:
    """Tell whether the answer to ``query`` has coordinates."""
    columns = {column.name for column in query.columns}
    return set(COORDINATES) <= columns or GEOMETRY in columns


def chosen_form(
    forms: Sequence[Format], accept: str | None, wanted: str, subject: str
) -> Format | None:
    """Return the one of ``forms`` that is wanted, by its name or by Accept; None for a page.

    Raises:
        ProblemError: none of them is; ``subject`` begins the sentence that says so.
    """
    known = [PAGE, *(form.name for form in forms)]
    if wanted:
        # Clients do not encode the + of a media type.
        name = wanted.replace(" ", "+").partition(";")[0].strip().lower()
        if name in (PAGE, HTML_TYPE):
            return None
        for form in forms:
            if name in form.names:
                return form
        raise _unknown_format(wanted, known, subject)
    acceptance = Acceptance(accept)
    if acceptance.wants_page:
        return None
    best = acceptance.best(forms)
    if best is None and acceptance.quality(HTML_TYPE) > 0:
        return None
    if best is None:
        types = ", ".join((HTML_TYPE, *(form.media_type for form in forms)))
        raise ProblemError(NOT_ACCEPTABLE, f"{subject} comes as {types}; accept one of these.")
    return best


def _unknown_format(wanted: str, known: list[str], subject: str) -> ProblemError:
    every = {name for kind in ("results", "graph") for form in formats(kind) for name in form.names}
    sentence = f"comes as {', '.join(known)}; send one of these as 'format'."
    if wanted.lower() in every | set(GEOJSON.names):
        # A format there is, which cannot hold this answer.
        return ProblemError(
            NOT_ACCEPTABLE,
            f"{subject} cannot be written as {wanted[:_LONGEST_VALUE]}: it {sentence}",
        )
    return ProblemError(
        INVALID_PARAMETER,
        f"The format '{wanted[:_LONGEST_VALUE]}' is unknown. {subject} {sentence}",
        extensions={"parameter": "format", "known": known, "nearest": nearest(wanted, known)},
    )

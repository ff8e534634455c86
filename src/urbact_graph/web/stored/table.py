"""A part of the answer to a stored query as people read it: a table with links to our pages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from urbact_graph.engine.protocol import Answer
from urbact_graph.rdf.formats import RESULTS_JSON
from urbact_graph.stored.query import Column, StoredQuery
from urbact_graph.web.pages.answer_page import AnswerPage, Cell
from urbact_graph.web.stored.form import label_of

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LABEL = "Label"
_LANGUAGE = "en"


@dataclass(frozen=True)
class Heading:
    """The heading of a column: its name as words, and its meaning."""

    name: str
    meaning: str
    is_number: bool


@dataclass(frozen=True)
class AnswerTable:
    """The headings and rows of a table; a cell is None where there is no value."""

    headings: tuple[Heading, ...]
    rows: tuple[tuple[Cell | None, ...], ...]

    @classmethod
    def of(
        cls, query: StoredQuery, content: bytes, base: str, countries: Mapping[str, str]
    ) -> Self:
        """Make the table of ``content``, rows in JSON, without the columns of parameters.

        A column of names beside that of what they name is one column of links. ``countries`` has
        the paths of their pages by IRI.
        """
        page = AnswerPage.of(Answer(RESULTS_JSON, content), base)
        places = {name: place for place, name in enumerate(page.columns)}
        columns = list(_merged(query.columns))
        rows = tuple(
            tuple(_cell(row, one, places, countries) for one in columns) for row in page.rows
        )
        headings = tuple(
            Heading(
                label_of(text.name.removesuffix(_LABEL)), text.meaning, has_numbers(rows, place)
            )
            for place, (text, _) in enumerate(columns)
        )
        return cls(headings, rows)


def _merged(columns: Sequence[Column]) -> Iterator[tuple[Column, Column | None]]:
    """Yield the columns that are shown, each with that of what its values name, if there is one."""
    known = {column.name: column for column in columns}
    for column in columns:
        if f"{column.name}{_LABEL}" in known:
            continue
        of = known.get(column.name.removesuffix(_LABEL)) if column.name.endswith(_LABEL) else None
        yield column, of


def _cell(
    row: Sequence[Cell | None],
    columns: tuple[Column, Column | None],
    places: Mapping[str, int],
    countries: Mapping[str, str],
) -> Cell | None:
    text, link = (row[places[one.name]] if one else None for one in columns)
    target = link or text
    if target is None or text is None:
        return target
    value = replace(text.value, address=target.value.address, is_here=target.value.is_here)
    if value.address in countries:
        value = replace(value, address=countries[value.address], is_here=True)
    return in_language_of_page(replace(text, value=value))


def in_language_of_page(cell: Cell) -> Cell:
    """Return ``cell`` without its language if that is the page's own, which need not be said."""
    if cell.value.language != _LANGUAGE:
        return cell
    return replace(cell, value=replace(cell.value, language=""))


def has_numbers(rows: Sequence[Sequence[Cell | None]], place: int) -> bool:
    """Tell whether the column at ``place`` has numbers and nothing else."""
    values = [cell.value for row in rows if (cell := row[place])]
    return bool(values) and all(_NUMBER.fullmatch(v.text) and not v.address for v in values)

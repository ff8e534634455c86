"""A table of the release: its columns, as its description has them, and its rows."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from urbact_graph.description.distributions import (
    NAME,
    TABLES,
    table_file_name,
    tables_metadata_name,
)
from urbact_graph.problems import NOT_FOUND, ProblemError
from urbact_graph.release.release import Release
from urbact_graph.web.context import served_release
from urbact_graph.web.problems import release_removed
from urbact_graph.web.snapshot import Snapshot
from urbact_graph.web.stored.asked import nearest

Scalar = str | int | float | None
Cell = Scalar | list[Scalar]

_LONGEST_NAME = 40


@dataclass(frozen=True)
class TableColumn:
    """A column; ``datatype`` is that of a value, of which a cell has several if ``is_many``.

    ``separator`` divides them in the file. A cell has a value in each row if ``is_required``.
    """

    name: str
    title: str
    description: str
    datatype: str
    separator: str
    is_required: bool

    @property
    def is_many(self) -> bool:
        """Whether a cell has any number of values."""
        return bool(self.separator)

    def cell(self, text: str) -> Cell:
        """Return the value or values that ``text``, a cell of the file, stands for."""
        if self.is_many:
            return [self._scalar(part) for part in text.split(self.separator)] if text else []
        return self._scalar(text) if text else None

    def _scalar(self, text: str) -> Scalar:
        if self.datatype == "integer":
            return int(text)
        return float(text) if self.datatype == "decimal" else text


@dataclass(frozen=True)
class Table:
    """A table of the release ``version``, in a file of CSV."""

    name: str
    version: str
    columns: tuple[TableColumn, ...]
    path: Path

    @property
    def title(self) -> str:
        """Its name as a heading."""
        return self.name.replace("-", " ").capitalize()

    @property
    def file_name(self) -> str:
        """The name that a file of it is saved by, without its extension."""
        return f"{NAME}-{self.name}"

    def texts(self) -> list[list[str]]:
        """Return the rows, each with the text of every cell.

        Raises:
            ProblemError: the file was removed.
        """
        try:
            with self.path.open(encoding="utf-8", newline="") as file:
                return list(csv.reader(file))[1:]
        except OSError:
            raise release_removed() from None

    def cells(self, texts: list[list[str]]) -> Iterator[dict[str, Cell]]:
        """Yield the values of each of the rows ``texts`` by column."""
        for row in texts:
            yield {
                column.name: column.cell(text)
                for column, text in zip(self.columns, row, strict=True)
            }


@dataclass(frozen=True)
class Tables:
    """The tables of a release by name, in the order in which it lists them."""

    by_name: Mapping[str, Table]

    @classmethod
    def of(cls, snapshot: Snapshot) -> Self:
        """Read the descriptions of the tables of ``snapshot``; to be called by ``derive``.

        Raises:
            ProblemError: the files were removed.
        """
        release = snapshot.release
        if release is None:
            return cls({})
        described = _described(release)
        return cls(
            {
                name: Table(
                    name,
                    release.version,
                    tuple(map(_column, described[table_file_name(name, release.version)])),
                    release.dumps / table_file_name(name, release.version),
                )
                for name in TABLES
            }
        )

    def get(self, name: str) -> Table:
        """Return the table ``name``.

        Raises:
            ProblemError: there is none of that name.
        """
        if name in self.by_name:
            return self.by_name[name]
        known = ", ".join(self.by_name)
        raise ProblemError(
            NOT_FOUND,
            f"There is no table '{name[:_LONGEST_NAME]}'; there are {known}.",
            extensions={"nearest": nearest(name, list(self.by_name))},
        )


def tables_of(snapshot: Snapshot) -> Tables:
    """Return the tables of ``snapshot``.

    Raises:
        ProblemError: the dataset was not built here, or the files were removed.
    """
    served_release("This instance serves a dataset without tables; send a query to /sparql.")
    return snapshot.derive(Tables.of)


def _described(release: Release) -> dict[str, list[dict[str, Any]]]:
    """Return the descriptions of the columns by the names of the tables' files."""
    path = release.dumps / tables_metadata_name(release.version)
    try:
        group = json.loads(path.read_bytes())
    except OSError:
        raise release_removed() from None
    return {
        table["url"]: [one for one in table["tableSchema"]["columns"] if not one.get("virtual")]
        for table in group["tables"]
    }


def _column(described: Mapping[str, Any]) -> TableColumn:
    datatype = described["datatype"]
    return TableColumn(
        described["name"],
        described["titles"][-1],
        described.get("dc:description", ""),
        datatype if isinstance(datatype, str) else datatype["base"],
        described.get("separator", ""),
        bool(described.get("required")),
    )

"""Tables that are printed in a terminal and written into a document alike."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import math
import os
import platform
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table as RichTable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# A machine on which nothing else runs is less busy than this.
BUSY = 0.1
_PACKAGES = ("pyoxigraph", "rdflib", "pyshacl", "granian", "flask")


@dataclass
class Table:
    """A table with a title; all columns but the first ``left`` hold numbers."""

    title: str
    head: list[str]
    rows: list[list[str]] = field(default_factory=list)
    left: int = 1

    def markdown(self) -> str:
        """Return the table in Markdown, without its title."""
        lines = [self.head, ["---"] * self.left + ["---:"] * (len(self.head) - self.left)]
        return "\n".join(f"| {' | '.join(line)} |" for line in [*lines, *self.rows])

    def rich(self) -> RichTable:
        """Return the table for a terminal."""
        table = RichTable(title=self.title, box=SIMPLE_HEAD, title_justify="left")
        for number, name in enumerate(self.head):
            table.add_column(name, justify="left" if number < self.left else "right")
        for row in self.rows:
            table.add_row(*row)
        return table


def ratio(value: float, reference: float) -> str:
    """Write ``value`` as a multiple of ``reference``, with two or three digits that matter."""
    times = value / reference if reference else math.nan
    if math.isnan(times):
        return "–"
    return f"{times:.2f} ×" if times < 10 else f"{times:,.0f} ×"  # noqa: PLR2004


def milliseconds(seconds: float) -> str:
    """Write a time in milliseconds."""
    shown = seconds * 1_000
    return "–" if math.isnan(shown) else f"{shown:.2f} ms" if shown < 10 else f"{shown:,.0f} ms"  # noqa: PLR2004


def circumstances(command: str, seed: int, versions: Iterable[str], busy: float = 0.0) -> str:
    """Say when, with what command and on what kind of machine was measured.

    ``busy`` is the share of the processors' time that other programs took at the beginning.
    """
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    packages = [f"{name} {importlib.metadata.version(name)}" for name in _PACKAGES]
    return (
        f"Measured on {dt.datetime.now(tz=dt.UTC):%Y-%m-%d} with `{command}` (seed {seed}) on "
        f"{len(os.sched_getaffinity(0))} cores ({platform.machine()}), {memory:.0f} GB of memory, "
        f"{platform.system()}, Python {platform.python_version()}, {', '.join(packages)}; "
        f"{', '.join(versions)}.{_under_load(busy)}"
    )


def _under_load(busy: float) -> str:
    if busy <= BUSY:
        return ""
    return (
        f" **Measured under load**: other programs kept the processors {busy:.0%} busy, so that "
        "times are too long."
    )


def put(document: Path, part: str, content: str) -> None:
    """Put ``content`` between the marks of ``part`` in ``document``; a document without them grows.

    Everything outside the marks stays as it is.
    """
    begin, end = f"<!-- {part}: written by python -m benchmarks -->", f"<!-- end of {part} -->"
    text = document.read_text(encoding="utf-8") if document.exists() else "# Performance\n"
    written = f"{begin}\n\n{content.strip()}\n\n{end}"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if pattern.search(text):
        text = pattern.sub(lambda _: written, text, count=1)
    else:
        text = f"{text.rstrip()}\n\n{written}\n"
    document.write_text(text, encoding="utf-8")

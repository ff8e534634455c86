"""The steps of the guide: each a query with what is new in it, in a file of its own."""

import re
from dataclasses import dataclass
from importlib.resources import files

from urbact_graph.settings import WRITTEN_BASE
from urbact_graph.sources import rebase

_LINE = re.compile(r"# (title|idea|text|try): (\S.*)")


@dataclass(frozen=True)
class Step:
    """A step; ``idea`` is what is new in it, ``texts`` explain it, ``hint`` says what to try next.

    ``name`` is its anchor. Texts are written as ``prose`` takes them.
    """

    number: int
    name: str
    title: str
    idea: str
    texts: tuple[str, ...]
    hint: str
    query: str


def read_steps(base: str = WRITTEN_BASE) -> tuple[Step, ...]:
    """Read the steps in their order; ``base`` takes the place of the base they are written with.

    Raises:
        ValueError: a file lacks a line of its header, or has one that no header has.
    """
    folder = files("urbact_graph.web.guide") / "steps"
    found = {one.name: one for one in folder.iterdir() if one.name.endswith(".rq")}
    return tuple(
        _read(name.removesuffix(".rq"), rebase(found[name].read_bytes(), base).decode())
        for name in sorted(found)
    )


def _read(name: str, text: str) -> Step:
    head, _, query = text.partition("\n\n")
    lines: dict[str, list[str]] = {}
    for line in head.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{name}.rq: a header line is '# title: …', idea, text or try: {line}")
        lines.setdefault(match[1], []).append(match[2])
    number, _, anchor = name.partition("-")
    return Step(
        int(number),
        anchor,
        _single(name, lines, "title"),
        _single(name, lines, "idea"),
        tuple(lines.get("text", ())),
        _single(name, lines, "try"),
        query,
    )


def _single(name: str, lines: dict[str, list[str]], key: str) -> str:
    found = lines.get(key, [])
    if len(found) != 1:
        raise ValueError(f"{name}.rq: the header has {len(found)} lines '# {key}: …'; write one")
    return found[0]

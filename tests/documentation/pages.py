"""What tests read in pages: their links, what they load, and the places that links lead to."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

_LOADING = {
    ("script", "src"),
    ("img", "src"),
    ("source", "src"),
    ("iframe", "src"),
    ("object", "data"),
    ("link", "href"),
}


@dataclass
class Read:
    """The links of a page, what it loads, and the names of its places."""

    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.read = Read()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.read.places.add(value)
            if tag == "a" and name == "href" and value:
                self.read.links.append(value)
            if (tag, name) in _LOADING and value:
                self.read.loaded.append(value)


def read(page: Path) -> Read:
    """Read ``page``."""
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader.read

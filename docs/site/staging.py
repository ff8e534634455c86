"""Lays out the documents as Sphinx reads them, so that their links work on the site as well.

The documents are Markdown whose links lead from file to file of the repository. On the site a file
beside the documents becomes a download, a page of HTML stays one, and a folder, which a site does
not have, is no link. The navigation is made here, so that the documents need not carry it.
"""

import re
import shutil
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

_FOR = "For"
# The navigation: headings with the pages below them, by the names of their files.
NAVIGATION: Sequence[tuple[str, Sequence[str]]] = (
    (_FOR, ("researchers", "analysts", "harvesters", "curators", "operators", "assistants")),
    ("Use", ("pages", "queries", "python", "api", "clients", "notebooks", "reconciliation")),
    ("Data", ("model", "dataset", "data-quality", "data-changes", "versions", "changelog")),
    ("Interfaces", ("http", "linked-data", "dumps", "ldes", "conformance")),
    ("Run", ("operating", "publishing", "performance", "scaling", "architecture", "contributing")),
)
_MORE = "More"
# Documents of the root, by the name of their page.
_OF_ROOT = {"changelog": "CHANGELOG.md", "contributing": "CONTRIBUTING.md"}
NOTEBOOKS = "notebooks"
_WAY_BACK = f'<nav><a href="../{NOTEBOOKS}.html">← All notebooks</a></nav>\n<main>'
# A link to a file, with its anchor; no image. What stands in code is passed over.
_CODE = r"^```.*?^```$|(?<!`)`[^`\n]+`(?!`)"
_WORDS = r"(?:[^\[\]]|\[[^\]]*\])*"
_TARGET = r"(?!https?:|#|mailto:)[^)#\s]+"
_LINK = re.compile(
    rf"{_CODE}|(?<!!)\[({_WORDS})\]\(({_TARGET})(#[^)\s]*)?\)", re.DOTALL | re.MULTILINE
)
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_REFERENCE = """

```{eval-rst}
.. automodule:: urbact_graph.client
   :no-members:

.. autofunction:: urbact_graph.client.open
.. autofunction:: urbact_graph.client.connect

.. autoclass:: urbact_graph.client.Graph
   :members:
   :member-order: bysource

Errors
------

.. automodule:: urbact_graph.errors
   :members: UrbactGraphError, QueryError, EngineError, DatasetError, SourceError
   :no-special-members:

.. autoclass:: urbact_graph.problems.ProblemError
.. autoclass:: urbact_graph.problems.Problem
```
"""


class StagingError(Exception):
    """A document cannot be laid out; the message says which link is wrong."""


def stage(root: Path, place: Path) -> Path:
    """Write the documents of the working copy ``root`` below ``place``; return their folder.

    Raises:
        StagingError: a link leads nowhere.
    """
    root, folder = root.resolve(), place / "docs"
    ignored = shutil.ignore_patterns("site", "*.py", "__pycache__")
    shutil.copytree(root / "docs", folder, ignore=ignored)
    for page, name in _OF_ROOT.items():
        text = (root / name).read_text(encoding="utf-8")
        (folder / f"{page}.md").write_text(text, encoding="utf-8")
    _write_list_of_notebooks(folder)
    for study in (folder / NOTEBOOKS).glob("*.html"):
        text = study.read_text(encoding="utf-8")
        study.write_text(text.replace("<main>", _WAY_BACK, 1), encoding="utf-8")
    for document in sorted(folder.rglob("*.md")):
        text = document.read_text(encoding="utf-8")
        is_of_root = document.stem in _OF_ROOT and document.parent == folder
        origin = root if is_of_root else root / document.parent.relative_to(place)
        text = _LINK.sub(partial(_link, origin=origin, root=root, place=place), text)
        if document == folder / "api.md":
            text += _REFERENCE
        if document == folder / "index.md":
            text += _navigation(folder)
        document.write_text(text, encoding="utf-8")
    return folder


def _link(found: re.Match[str], origin: Path, root: Path, place: Path) -> str:
    """Return a link of a document in the folder ``origin`` as it works on the site.

    Raises:
        StagingError: it leads to nothing in the repository.
    """
    words, target, anchor = found[1], found[2], found[3] or ""
    if target is None:
        return found[0]
    path = (origin / target).resolve()
    if not path.exists():
        raise StagingError(f"The link to {target} in {origin.name}/ leads nowhere; correct it.")
    if path.is_dir():
        return words
    for page, name in _OF_ROOT.items():
        if path == root / name:
            return f"[{words}]({page}.md{anchor})"
    docs = root / "docs"
    inside = path.relative_to(docs) if path.is_relative_to(docs) else None
    if inside and path.suffix == ".html":
        return f'<a href="{inside.as_posix()}">{words}</a>'
    if inside:
        return f"[{words}]({inside.as_posix()}{anchor})"
    copy = place / path.relative_to(root)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)
    return f"[{words}](../{path.relative_to(root).as_posix()})"


def _write_list_of_notebooks(folder: Path) -> None:
    """Write the page that lists the notebooks, unless there is one."""
    page = folder / f"{NOTEBOOKS}.md"
    found = sorted((folder / NOTEBOOKS).glob("*.html"))
    if page.exists() or not found:
        return
    lines = [f'- <a href="{NOTEBOOKS}/{file.name}">{_title(file)}</a>' for file in found]
    text = "\n".join(["# Notebooks", "", "Studies on the graph, each with its code.", "", *lines])
    page.write_text(f"{text}\n", encoding="utf-8")


def _title(file: Path) -> str:
    found = _TITLE.search(file.read_text(encoding="utf-8"))
    return found[1].strip() if found else file.stem


def _navigation(folder: Path) -> str:
    """Return the tables of contents of all pages; those that ``NAVIGATION`` lacks come last."""
    pages = {file.stem for file in folder.glob("*.md")} - {"index"}
    listed = [page for _, names in NAVIGATION for page in names]
    more = sorted(pages.difference(listed))
    parts = [
        _contents(title, [page for page in names if page in pages]) for title, names in NAVIGATION
    ]
    return "".join([*parts, _contents(_MORE, more)])


def _contents(title: str, pages: Iterable[str]) -> str:
    lines = "\n".join(f"{page.capitalize()} <{page}>" if title == _FOR else page for page in pages)
    head = f"```{{toctree}}\n:hidden:\n:caption: {title}\n\n"
    return f"\n{head}{lines}\n```\n" if lines else ""

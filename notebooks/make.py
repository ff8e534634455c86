"""Run the notebooks of this folder and render them for docs/notebooks/.

``python notebooks/make.py`` runs all of them, ``python notebooks/make.py themes-over-time`` one, on
the graph of the working copy: what they print and draw is written back into each, and a page of
HTML made of it. A cell whose metadata say ``"alt"`` has a picture, which these words describe; one
tagged "check" holds what the text says against the figures, and is left out of the page.
"""

from __future__ import annotations

import html
import os
import re
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

FOLDER = Path(__file__).resolve().parent
PAGES = FOLDER.parent / "docs" / "notebooks"
STYLE = PAGES / "notebook.css"
CHECK = "check"
# A cell that takes longer, in seconds, has a mistake.
_LONGEST = 300
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} – urbact-graph</title>
<link rel="stylesheet" href="notebook.css">
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def notebooks() -> list[Path]:
    """Return the notebooks, sorted by name."""
    return sorted(FOLDER.glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    """Return the notebook that stands in ``path``."""
    return nbformat.read(path, as_version=4)


def run(notebook: NotebookNode) -> NotebookNode:
    """Return ``notebook`` with what its cells print and draw now.

    Raises:
        CellExecutionError: a cell has failed.
        ValueError: a cell has printed a warning.
    """
    client = NotebookClient(
        notebook, timeout=_LONGEST, record_timing=False, resources={"metadata": {"path": FOLDER}}
    )
    with TemporaryDirectory() as settings:
        # Sets of texts have the same order at each run; the settings of a user have no part in it.
        own = {"PYTHONHASHSEED": "0", "IPYTHONDIR": settings}
        done = client.execute(env={**os.environ, **own})
    for output in _outputs(done):
        if output.get("name") == "stderr":
            raise ValueError(f"A cell has printed to standard error: {output['text']}")
    done.metadata = nbformat.from_dict(_METADATA)
    return done


def texts(notebook: NotebookNode) -> list[str]:
    """Return what the cells have printed and answered, as text, in their order."""
    return list(_texts(notebook))


def page(notebook: NotebookNode) -> str:
    """Return ``notebook`` as a page of HTML, with its pictures in it."""
    config = Config()
    config.TagRemovePreprocessor.remove_cell_tags = (CHECK,)
    config.HTMLExporter.preprocessors = [TagRemovePreprocessor]
    config.HighlightMagicsPreprocessor.languages = {"%%sparql": "sparql"}
    exporter = HTMLExporter(config=config, template_name="basic", exclude_input_prompt=True)
    exporter.exclude_output_prompt = True
    exporter.exclude_anchor_links = True
    body, _ = exporter.from_notebook_node(notebook)
    # The exporter knows of no alternative texts.
    described = iter([cell.metadata["alt"] for cell in notebook.cells if "alt" in cell.metadata])
    body = re.sub(
        r'(<img src="data:image/png[^>]*?)(?:\s+alt="[^"]*")?\s*/?>',
        lambda found: f'{found[1]} alt="{html.escape(next(described))}">',
        body,
    )
    body = re.sub(r"<style scoped[^>]*>.*?</style>", "", body, flags=re.DOTALL)
    lines = (line.rstrip() for line in body.splitlines())
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    return _PAGE.format(title=html.escape(title), body="\n".join(lines))


def style() -> str:
    """Return the colours of code, which the style of the pages ends with."""
    lines = HtmlFormatter(style="friendly").get_style_defs(".highlight").splitlines()
    return "\n".join(line for line in lines if line.startswith(".highlight .")) + "\n"


def _outputs(notebook: NotebookNode) -> Iterator[dict[str, Any]]:
    for cell in notebook.cells:
        yield from cell.get("outputs", ())


def _texts(notebook: NotebookNode) -> Iterator[str]:
    for output in _outputs(notebook):
        if "text" in output:
            yield output["text"]
        elif plain := output.get("data", {}).get("text/plain"):
            # Of HTML that was written by hand nothing else is kept.
            is_html = plain == "<IPython.core.display.HTML object>"
            yield output["data"]["text/html"] if is_html else plain


def main() -> None:
    """Run the notebooks that the command line names, or all."""
    chosen = [FOLDER / f"{name}.ipynb" for name in sys.argv[1:]] or notebooks()
    head, mark, _ = STYLE.read_text(encoding="utf-8").partition("/* Code. */\n")
    STYLE.write_text(head + mark + style(), encoding="utf-8")
    for path in chosen:
        done = run(read(path))
        nbformat.write(done, path)
        (PAGES / f"{path.stem}.html").write_text(page(done), encoding="utf-8")
        print(path.name)


if __name__ == "__main__":
    main()

"""Builds the site: stages the documents, has Sphinx build them, and makes them keep to the policy.

Every warning is an error. Nothing is fetched: no inventory of other documentation, no font, no
script.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from docs.site.policy import PolicyError, keep_to_policy
from docs.site.staging import NOTEBOOKS, StagingError, stage

ROOT = Path(__file__).parents[2]
DESTINATION = Path("src/urbact_graph/web/docs")
# In the built site: the digest of what it was built of.
STAMP = "sources.sha256"
# The level of the headings of the navigation (WAI-ARIA); and what is wider than a narrow window is
# moved by keys only if it can be focused.
_COMPLETIONS = {
    '<p class="caption" role="heading"': 'aria-level="2"',
    "<pre": 'tabindex="0"',
}
_TABLE = '<div class="table-wrapper'
_TOOLS = ("sphinx", "furo", "myst_parser")
# What the site is built of, with the modules whose docstrings are the reference.
_SOURCES = ("docs", "CHANGELOG.md", "CONTRIBUTING.md", "pyproject.toml", "src/urbact_graph/client")
_OTHERS = ("src/urbact_graph/errors.py", "src/urbact_graph/problems.py", "ontology")


class SiteError(Exception):
    """The site cannot be built; the message says why, and what to do."""


def make(folder: Path, root: Path = ROOT) -> bool:
    """Build the site of the working copy ``root`` in ``folder``; return False if it is up to date.

    Raises:
        SiteError: the tools are missing, or a document has a mistake.
    """
    missing = [name for name in _TOOLS if find_spec(name) is None]
    if missing:
        raise SiteError(
            f"The site needs {', '.join(missing)}, which this environment lacks; run "
            "pip install 'urbact-graph[docs]'."
        )
    digest, stamp = digest_of(root), folder / STAMP
    if stamp.is_file() and stamp.read_text("ascii").strip() == digest:
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".docs-") as temporary:
        made, staged = Path(temporary) / "made", Path(temporary) / "staged"
        try:
            documents = stage(root, staged)
            _run_sphinx(documents, made, root)
            _complete(made)
            _copy_notebooks(documents, made)
            keep_to_policy(made)
        except (StagingError, PolicyError) as error:
            raise SiteError(f"The site cannot be built: {error}") from None
        (made / STAMP).write_text(f"{digest}\n", "ascii")
        # Moved away first, so that the folder is missing for a moment only.
        if folder.exists():
            folder.rename(Path(temporary) / "before")
        made.rename(folder)
    return True


def digest_of(root: Path) -> str:
    """Return the SHA-256 of all that the site is built of, with the names."""
    whole = hashlib.sha256()
    for file in sorted(_files(root)):
        content = file.read_bytes()
        whole.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in (*_SOURCES, *_OTHERS):
        place = root / name
        found = place.rglob("*") if place.is_dir() else (place,)
        yield from (file for file in found if file.is_file() and file.suffix != ".pyc")


def _complete(made: Path) -> None:
    """Write what keyboards and readers of screens need, and Sphinx leaves out."""
    for page in made.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        for found, more in _COMPLETIONS.items():
            text = text.replace(found, f"{found} {more}")
        text = text.replace(_TABLE, f'<div tabindex="0"{_TABLE.removeprefix("<div")}')
        page.write_text(text, encoding="utf-8")


def _copy_notebooks(documents: Path, made: Path) -> None:
    """Copy the pages of notebooks, which are made already, and what they load.

    Where a notebook links to another notebook, its page links to the page of that one.
    """
    folder = made / NOTEBOOKS
    if not (documents / NOTEBOOKS).is_dir():
        return
    shutil.copytree(documents / NOTEBOOKS, folder)
    for page in folder.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        for other in folder.glob("*.html"):
            text = text.replace(f'href="{other.stem}.ipynb', f'href="{other.name}')
        page.write_text(text, encoding="utf-8")


def _run_sphinx(source: Path, made: Path, root: Path) -> None:
    """Build ``source`` into ``made``.

    Raises:
        SiteError: Sphinx warns or fails; with what it says.
    """
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sphinx", "--builder", "html", "--quiet"),
            *("--fail-on-warning", "--conf-dir", str(root / "docs" / "site")),
            *("--doctree-dir", str(made.with_name("doctrees"))),
            *(str(source), str(made)),
        ],
        # The package need not be installed where its wheel is built.
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(root / "src"), *sys.path))},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.replace(f"{source}{os.sep}", "docs/").strip()
        raise SiteError(f"The site cannot be built; correct what Sphinx names:\n{said}")
    for name in (".buildinfo", "objects.inv"):
        (made / name).unlink(missing_ok=True)
    shutil.rmtree(made / "_sources", ignore_errors=True)

"""Small working copies with a history, made by git itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from urbact_graph.sources import GraphSources

if TYPE_CHECKING:
    from pathlib import Path

BASE = "https://w3id.org/urbact-graph/"
BEGIN = datetime(2024, 3, 1, 12, 0, 0, tzinfo=UTC)
HEAD = f"@base <{BASE}> . @prefix : <https://example.org/> . "

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")


def day(number: int) -> datetime:
    """Return the moment of that day's commit."""
    return BEGIN + timedelta(days=number)


class WorkingCopy:
    """A repository whose sources stand in ``folder`` of it; commits are made by the day."""

    def __init__(self, place: Path, folder: str = "") -> None:
        self.place = place
        self.root = place / folder
        self.root.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")
        self.write("ontology/urbact.ttl", '<ontology> :name "Ontology" . <ontology#A> :name "A" .')
        # A graph without rules is not built; this one adds nothing to what is stated.
        self.write("ontology/rules/10-same.rq", "CONSTRUCT WHERE { ?s ?p ?o }")

    @property
    def sources(self) -> GraphSources:
        """The sources as they stand."""
        return GraphSources(self.root)

    def git(self, *arguments: str, when: datetime = BEGIN) -> str:
        """Run git as a person with a fixed name, at ``when``."""
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            **{f"GIT_{who}_NAME": "A Curator" for who in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{who}_EMAIL": "curator@example.org" for who in ("AUTHOR", "COMMITTER")},
            # When it was written is not when it was committed.
            "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",
            "GIT_COMMITTER_DATE": when.isoformat(),
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def write(self, name: str, text: str | None, moment: datetime | None = None) -> None:
        """Write a file, with the prefixes before it, or remove it; ``moment`` is its time."""
        path = self.root / name
        if text is None:
            path.unlink()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if name.endswith(".rq") else HEAD + text, encoding="utf-8")
        if moment is not None:
            os.utime(path, (moment.timestamp(), moment.timestamp()))

    def commit(self, number: int, **files: str | None) -> None:
        """Write ``files`` (data/<name>.ttl) and commit all, on that day."""
        for name, text in files.items():
            self.write(f"data/{name}.ttl", text)
        self.git("add", "--all", "--force")
        self.git("commit", "-q", "--allow-empty", "-m", f"Day {number}", when=day(number))


@pytest.fixture
def copy(tmp_path: Path) -> WorkingCopy:
    """Make a working copy with nothing committed."""
    return WorkingCopy(tmp_path / "copy")

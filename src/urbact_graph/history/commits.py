"""The commits of a working copy, and the files in them, as git stores them.

Only git commands that read objects are run, with options under which git starts no hook, filter or
other program that the repository's configuration names, prompts for nothing and fetches nothing.
"""

import hashlib
import io
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from urbact_graph.errors import DatasetError
from urbact_graph.sources import ONTOLOGY

# The modes of regular files in git's trees; symbolic links and submodules have others.
_REGULAR = ("100644", "100755")
# What the facts of the graph come from, and what is released with them.
_FOLDERS = ("data", "ontology")
_RELEASED = (*_FOLDERS, "shapes")
_SHA1_DIGITS = 40
# A partial clone would fetch missing objects; reading the index may start a file system monitor.
_FORBIDDEN = ("protocol.allow=never", "core.fsmonitor=false", f"core.hooksPath={os.devnull}")
_DIFF = ("diff-tree", "--stdin", "--root", "-r", "-z", "--no-renames", "--relative")


class CommitsError(DatasetError):
    """Commits that git cannot read."""


@dataclass(frozen=True)
class FileChange:
    """A changed file: its blob before, empty where there was none, and the time of it (UTC)."""

    name: str
    before: str
    moment: datetime


@dataclass(frozen=True)
class Repository:
    """The repository that a folder of sources, ``root``, is committed to, with all its history."""

    root: Path
    git: str

    @classmethod
    def find(cls, root: Path) -> Self | None:
        """Return the repository of ``root``.

        There is none without git, where git does not trust the owner of the folder, where the
        history is incomplete (a shallow clone), and where the sources are not committed: the folder
        may lie in the working copy of another project.
        """
        git = shutil.which("git")
        if git is None:
            return None
        found = cls(root, git)
        try:
            shallow = found._output("rev-parse", "--is-shallow-repository").strip()
            whole = shallow == b"false" and ONTOLOGY in found.files("HEAD")
        except CommitsError:
            return None
        return found if whole else None

    def files(self, revision: str) -> dict[str, str]:
        """Return the blob of each file of data/, ontology/ and shapes/ in ``revision``, by name.

        Raises:
            CommitsError: there is no such revision.
        """
        listed = self._output("ls-tree", "-r", "-z", self.commit(revision), "--", *_RELEASED)
        found = {}
        for line in _texts(listed):
            facts, _, name = line.partition("\t")
            mode, _, blob = facts.split(" ")
            if mode in _REGULAR:
                found[name] = blob
        return found

    def commit(self, revision: str) -> str:
        """Return the hash of the commit that ``revision`` names.

        Raises:
            CommitsError: it names none.
        """
        name = f"{revision}^{{commit}}"
        try:
            return self._output("rev-parse", "--verify", "--end-of-options", name).decode().strip()
        except CommitsError:
            raise CommitsError(
                f"{revision} is no revision of the repository of {self.root}; name a commit, "
                "branch or tag of it."
            ) from None

    def latest(self, revision: str) -> str:
        """Return the hash of the last commit of ``revision`` that changed data/ or ontology/.

        Raises:
            CommitsError: the history cannot be read.
        """
        return "".join(self._line(revision, "--max-count=1"))

    def commits(self, revision: str) -> Iterator[list[FileChange]]:
        """Yield what each commit changed in data/ and ontology/, from ``revision`` back.

        The commits are those of the main line (the first parents): changes on a branch count from
        the commit that merges it.

        Raises:
            CommitsError: the history cannot be read.
        """
        moments, pairs = {}, []
        for line in self._line(revision, "--format=%ct %H %P"):
            # git prints such a line before the formatted line of each commit.
            if line.startswith("commit "):
                continue
            moment, commit, *parents = line.split()
            moments[commit] = moment_of(moment)
            # With one parent named, git compares the commit with that parent alone.
            pairs.append(" ".join((commit, *parents[:1])))
        given = "".join(f"{pair}\n" for pair in pairs).encode()
        yield from _changes(_texts(self._output(*_DIFF, "--", *_FOLDERS, given=given)), moments)

    def contents(self, blobs: Iterable[str]) -> Iterator[bytes]:
        """Yield the content of each of ``blobs``.

        Raises:
            CommitsError: the repository lacks one.
        """
        given = "".join(f"{blob}\n" for blob in blobs).encode()
        # Each comes behind a line of its hash, its kind and its size, and ends with a line feed.
        read = io.BytesIO(self._output("cat-file", "--batch", given=given))
        for line in read:
            match line.split():
                case [_, b"blob", size]:
                    yield read.read(int(size) + 1)[:-1]
                case _:
                    raise self._unreadable()

    def _line(self, revision: str, *options: str) -> list[str]:
        listed = self._output(
            *("rev-list", "--first-parent", *options, self.commit(revision), "--", *_FOLDERS)
        )
        return listed.decode().splitlines()

    def _output(self, *arguments: str, given: bytes = b"") -> bytes:
        try:
            done = subprocess.run(
                self._command(*arguments),
                input=given,
                capture_output=True,
                env=_environment(),
                check=False,
            )
        except OSError:
            raise self._unreadable() from None
        if done.returncode:
            raise self._unreadable()
        return done.stdout

    def _command(self, *arguments: str) -> list[str]:
        switches = [word for setting in _FORBIDDEN for word in ("-c", setting)]
        return [self.git, "-C", str(self.root), *switches, *arguments]

    def _unreadable(self) -> CommitsError:
        return CommitsError(
            f"git cannot read the history of {self.root}; run `git fsck` there to find out why."
        )


def blob_name(content: bytes, like: str) -> str:
    """Return the name that git gives a file of this ``content``, by the same hash as ``like``.

    A blob is named by the hash of its type, length and content. A repository uses SHA-1 or SHA-256
    (Pro Git, section 10.2; git's document hash-function-transition).
    """
    algorithm = "sha256" if len(like) > _SHA1_DIGITS else "sha1"
    digest = hashlib.new(algorithm, b"blob %d\0" % len(content), usedforsecurity=False)
    digest.update(content)
    return digest.hexdigest()


def _environment() -> dict[str, str]:
    """Return the environment without variables that direct git to another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LITERAL_PATHSPECS": "1",
    }


def _texts(output: bytes) -> list[str]:
    # Names of files need not be UTF-8.
    return os.fsdecode(output).split("\0")[:-1]


def _changes(texts: list[str], moments: dict[str, datetime]) -> Iterator[list[FileChange]]:
    """Parse the output of diff-tree: a commit, then each change followed by the file's name."""
    commit = ""
    changes: list[FileChange] = []
    words = iter(texts)
    for word in words:
        if word.startswith(":"):
            mode, _, blob, *_ = word[1:].split(" ")
            before = blob if mode in _REGULAR else ""
            changes.append(FileChange(next(words), before, moments[commit]))
            continue
        if commit:
            yield changes
        commit, changes = word, []
    if commit:
        yield changes


def moment_of(seconds: str | float) -> datetime:
    """Return the moment that many seconds after the beginning of 1970, in UTC, to the second.

    Raises:
        CommitsError: it is outside the years that dates can have.
    """
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        raise CommitsError(
            f"A commit or file has the time {seconds}, in seconds since 1970, which is no date; "
            "correct it."
        ) from None

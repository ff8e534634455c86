"""Programs of this room, which run as processes of their own.

prepare.py does, as it gives its memory back so; dumps.py does, so that another core writes the
dumps while the graph is validated.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from urbact_graph.description.distributions import DumpFile
from urbact_graph.errors import DatasetError
from urbact_graph.parent_death import end_with_parent
from urbact_graph.settings import Settings


def prepare_command(settings: Settings, *, watched: bool = False) -> list[str]:
    """Return the command that prepares the release of ``settings`` and prints its folder.

    With ``watched`` it shows its progress, and a table of violations, on standard error.
    """
    command = [sys.executable, "-m", "urbact_graph.release.prepare", settings.model_dump_json()]
    return [*command, "watched"] if watched else command


def follow_parent(name: str) -> None:
    """Have this process end with its parent, by the signal ``name``, and not with the terminal.

    Systems that have no such signal, as Windows has not, send none.
    """
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if hasattr(signal, name):
        end_with_parent(signal.Signals[name], os.getppid())


class DumpsProcess:
    """A process that writes the dumps of a dataset into ``folder``."""

    def __init__(self, folder: Path, process: "subprocess.Popen[str]") -> None:
        self.folder = folder
        self._process = process

    def files(self) -> tuple[DumpFile, ...]:
        """Wait for the dumps; return what ``write_dumps`` does.

        Raises:
            DatasetError: as there.
        """
        output, errors = self._process.communicate()
        if self._process.returncode:
            raise DatasetError(errors.strip() or "The dumps could not be written; try again.")
        return tuple(DumpFile(**file) for file in json.loads(output))


@contextlib.contextmanager
def writing_dumps(dataset: Path, version: str, base: str, folder: Path) -> Iterator[DumpsProcess]:
    """Write the dumps into a temporary folder in ``folder`` while the block runs.

    At its end the process and the files are removed, unless they have been moved.
    """
    # An interrupt may come at any moment, also while the process is started.
    with tempfile.TemporaryDirectory(
        prefix=".dumps-", dir=folder, ignore_cleanup_errors=True
    ) as place:
        dumps = Path(place) / "dumps"
        process = subprocess.Popen(
            [sys.executable, "-m", "urbact_graph.release.dumps", dataset, version, base, dumps],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process:
            try:
                yield DumpsProcess(dumps, process)
            finally:
                process.kill()

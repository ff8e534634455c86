"""What of a dataset has arrived in a store, noted on disk so that an interrupted upload goes on.

A store cannot be asked which pieces it has: the Graph Store Protocol knows whole graphs alone, and
a count, where there is an endpoint to ask for it, does not say which triples are there. So the
notes say it, and the count is compared with them.
"""

import contextlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from urbact_graph.files import write_whole

NAME = "state.json"


@dataclass
class Notes:
    """The state of an upload of the dataset with the digest ``sha256``.

    ``sent`` are the bytes that have arrived, by the IRI of the graph, empty for the default graph.
    ``staging`` are the graphs that take them until they are switched, by the same names; none where
    they go to their place at once. ``has_all`` once all are there and have been checked.
    """

    file: Path
    address: str
    sha256: str = ""
    staging: dict[str, str] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    has_all: bool = False
    is_kept: bool = True

    @classmethod
    def read(cls, folder: Path, address: str) -> "Notes":
        """Return the notes in ``folder`` on the upload to ``address``, empty if there are none."""
        notes = cls(folder / NAME, address)
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            found = json.loads(notes.file.read_bytes())
            if found["address"] == address:
                notes.sha256 = str(found["sha256"])
                notes.staging = {str(k): str(v) for k, v in found["staging"].items()}
                notes.sent = {str(k): int(v) for k, v in found["sent"].items()}
                notes.has_all = bool(found["has_all"])
        return notes

    @property
    def bytes_sent(self) -> int:
        """The bytes that have arrived, of all graphs."""
        return sum(self.sent.values())

    def begin(self, sha256: str, staging: dict[str, str]) -> None:
        """Begin anew, with the dataset of this digest."""
        self.sha256, self.staging, self.sent, self.has_all = sha256, staging, {}, False

    def write(self) -> None:
        """Write the notes; ``is_kept`` says afterwards whether that was possible."""
        stated = {name: value for name, value in asdict(self).items() if name != "file"}
        stated.pop("is_kept")
        try:
            write_whole(self.file, (json.dumps(stated, indent=2) + "\n").encode())
        except OSError:
            self.is_kept = False

    def remove(self) -> None:
        """Remove the notes, as nothing is under way any more."""
        self.begin("", {})
        with contextlib.suppress(OSError):
            self.file.unlink(missing_ok=True)

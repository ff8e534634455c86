"""The log of changes: a Linked Data Event Stream of the versions of every resource.

After the specification of Linked Data Event Streams 1.0 (https://w3id.org/ldes/specification),
sections 3.4 (members in named graphs), 4.1 (order) and 4.3 (versions).
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from urbact_graph.dataset.building import unwritable
from urbact_graph.rdf.resources import Member, digest, read_members
from urbact_graph.files import LOCK_NAME, alone, write_whole

# Where the log lies in a build folder.
STREAM_FOLDER = "stream"
INDEX_NAME = "stream.json"
LDES = "https://w3id.org/ldes#"
TREE = "https://w3id.org/tree#"
CREATE, UPDATE, DELETE = (
    f"https://www.w3.org/ns/activitystreams#{kind}" for kind in ("Create", "Update", "Delete")
)
IS_VERSION_OF = "http://purl.org/dc/terms/isVersionOf"
CREATED = "http://purl.org/dc/terms/created"
DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"

_LOGGER = logging.getLogger(__name__)
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
# Of the form that index and pages are written in; a log of another form is not continued.
_FORM = 1
_PAGE_MEMBERS = 250
_PAGE_BYTES = 1_000_000
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Page:
    """A page of the log, never changed once it is written.

    ``name`` holds its number and the digest of its content; all its members came at ``moment``
    (UTC, as xsd:dateTime has it).
    """

    name: str
    members: int
    bytes: int
    moment: str


@dataclass(frozen=True)
class StreamState:
    """The stream up to a version of the dataset: its pages, the oldest first."""

    base: str
    pages: tuple[Page, ...] = ()

    @property
    def iri(self) -> str:
        """What the stream is called, wherever it is served."""
        return f"{self.base}ldes"

    def as_json(self) -> bytes:
        """Return it in a form to be kept beside what is served."""
        return _json(self._content())

    def as_index(self, heads: Mapping[str, str]) -> bytes:
        """Return it with the digests that the resources have by now, to go on from."""
        return _json({**self._content(), "heads": dict(heads)})

    def _content(self) -> dict[str, object]:
        return {
            "form": _FORM,
            "base": self.base,
            "pages": [asdict(page) for page in self.pages],
        }

    @classmethod
    def from_json(cls, content: bytes) -> "StreamState":
        """Make again what ``as_json`` returned.

        Raises:
            ValueError: it is something else.
        """
        return _read(content)[0]


def read_page(folder: Path, page: Page) -> bytes:
    """Return the content of a page of the log in ``folder``, in N-Quads.

    Raises:
        OSError: it is not there.
    """
    return _page_file(folder, page.name).read_bytes()


def extend_stream(dataset: Path, base: str, folder: Path, moment: datetime) -> StreamState:
    """Append to the log in ``folder`` what changed in ``dataset`` since it was last called.

    All changes of one call come at one time: at ``moment``, or one second after what the log
    ends with where that is later, so that time never runs backwards in it. With nothing changed
    nothing is written. A call that is cut off leaves the log as it was; calls at one time wait
    for each other. Where there is no log, or a damaged one, a new one begins with all resources.

    Raises:
        DatasetError: the dataset cannot be read, or the folder not be written.
    """
    members = read_members(dataset, base)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            state, heads = _standing(folder, base)
            _discard_others(folder, state)
            changes = list(_changes(members, heads))
            if not changes:
                return state
            time = _after(state, moment)
            pages = _write_pages(folder, state, _versions(changes, time, state.iri), time)
            state = StreamState(base, (*state.pages, *pages))
            # The index comes last: what it does not name is no part of the log.
            write_whole(
                folder / INDEX_NAME, state.as_index({m.resource: m.digest for m in members})
            )
            return state
    except OSError as error:
        raise unwritable(folder, error) from None


def _standing(folder: Path, base: str) -> tuple[StreamState, Mapping[str, str]]:
    """Return the log in ``folder`` and the digest of each resource, or an empty one.

    A log that is damaged is not mended: its clients are told by the new one's retention policy
    that they missed something, and replicate it anew.
    """
    try:
        state, heads = _read((folder / INDEX_NAME).read_bytes())
        whole = all(
            _page_file(folder, page.name).stat().st_size == page.bytes for page in state.pages
        )
    except FileNotFoundError as error:
        if error.filename == str(folder / INDEX_NAME):
            return StreamState(base), {}
        whole = False
    except ValueError:
        whole = False
    if whole and state.base == base:
        return state, heads
    reason = "is of another base" if whole else "is damaged"
    _LOGGER.warning("The event stream in %s %s; a new one begins.", folder, reason)
    return StreamState(base), {}


def _changes(members: Iterable[Member], heads: Mapping[str, str]) -> Iterator[tuple[str, Member]]:
    """Tell what became of the resources with the digests ``heads``, in the order of IRIs."""
    gone = dict(heads)
    changes = []
    for member in members:
        known = gone.pop(member.resource, None)
        if known is None:
            changes.append((CREATE, member))
        elif known != member.digest:
            changes.append((UPDATE, member))
    changes += [(DELETE, Member(resource, ())) for resource in gone]
    yield from sorted(changes, key=lambda change: change[1].resource)


def _after(state: StreamState, moment: datetime) -> str:
    time = moment.astimezone(UTC).replace(microsecond=0)
    if state.pages:
        time = max(time, datetime.fromisoformat(state.pages[-1].moment) + _SECOND)
    return time.isoformat().replace("+00:00", "Z")


def _versions(changes: Iterable[tuple[str, Member]], time: str, stream: str) -> Iterator[str]:
    """Write each change as a member of the stream, in N-Quads.

    A version's IRI is a digest of all it says: one IRI never stands for two contents, in no
    other instance and no stream begun anew.
    """
    for kind, member in changes:
        told = "\n".join((kind, member.resource, time, member.digest))
        version = f"<{stream}#{digest(told)}>"
        yield "".join(
            (
                f"<{stream}> <{TREE}member> {version} .\n",
                f"{version} <{_TYPE}> <{kind}> .\n",
                f"{version} <{IS_VERSION_OF}> <{member.resource}> .\n",
                f'{version} <{CREATED}> "{time}"^^<{DATE_TIME}> .\n',
                *(f"{statement} {version} .\n" for statement in member.statements),
            )
        )


def _write_pages(
    folder: Path, state: StreamState, versions: Iterable[str], time: str
) -> list[Page]:
    pages = []
    for number, group in enumerate(_groups(versions), start=len(state.pages) + 1):
        content = b"".join(group)
        name = f"{number:06}-{hashlib.sha256(content).hexdigest()[:16]}"
        write_whole(_page_file(folder, name), content)
        pages.append(Page(name, len(group), len(content), time))
    return pages


def _groups(versions: Iterable[str]) -> Iterator[list[bytes]]:
    """Share the versions out; one that is larger than a page should be has one of its own."""
    group: list[bytes] = []
    size = 0
    for version in versions:
        content = version.encode()
        if group and (len(group) == _PAGE_MEMBERS or size + len(content) > _PAGE_BYTES):
            yield group
            group, size = [], 0
        group.append(content)
        size += len(content)
    if group:
        yield group


def _discard_others(folder: Path, state: StreamState) -> None:
    """Remove what calls left behind that were cut off.

    The pages of a log that was given up stay for one more call, as they may still be served.
    """
    if not state.pages:
        return
    named = {_page_file(folder, page.name).name for page in state.pages}
    for file in folder.iterdir():
        if file.name not in named and file.name not in (INDEX_NAME, LOCK_NAME):
            file.unlink()


def _page_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.nq"


def _json(content: dict[str, object]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _read(content: bytes) -> tuple[StreamState, dict[str, str]]:
    """Read what a state was written as: itself, and the digests, if they are there.

    Raises:
        ValueError: it is something else.
    """
    try:
        found = json.loads(content)
        if found["form"] != _FORM:
            raise ValueError(found["form"])
        state = StreamState(str(found["base"]), tuple(Page(**page) for page in found["pages"]))
        return state, dict(found.get("heads", {}))
    except (KeyError, TypeError) as error:
        raise ValueError(f"This is no event stream's index: {error}.") from None

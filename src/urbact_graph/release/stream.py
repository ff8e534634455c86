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
from urbact_graph.files import LOCK_NAME, alone, write_whole
from urbact_graph.rdf.namespaces import AS, DCT, RDF, TREE, XSD
from urbact_graph.rdf.resources import Member, digest, read_members

# Where the log lies in a build folder.
STREAM_FOLDER = "stream"
INDEX_NAME = "stream.json"
# The types of members.
CREATE, UPDATE, DELETE = AS.Create, AS.Update, AS.Delete

_LOGGER = logging.getLogger(__name__)
# The form that index and pages are written in; a log of another form is not continued.
_FORM = 1
_PAGE_MEMBERS = 250
_PAGE_BYTES = 1_000_000
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Page:
    """A page of the log, never changed once it is written.

    ``name`` holds its number and the digest of its content; all its members were created at
    ``moment`` (UTC, in the form of xsd:dateTime).
    """

    name: str
    members: int
    bytes: int
    moment: str


@dataclass(frozen=True)
class StreamState:
    """The stream up to a version of the graph: its pages, the oldest first."""

    base: str
    pages: tuple[Page, ...] = ()

    @property
    def iri(self) -> str:
        """The IRI of the stream, the same wherever it is served."""
        return f"{self.base}ldes"

    def as_json(self, **more: object) -> bytes:
        """Return the state, and ``more``, in the form that is kept in a release."""
        pages = [asdict(page) for page in self.pages]
        content = {"form": _FORM, "base": self.base, "pages": pages, **more}
        return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()

    @classmethod
    def from_json(cls, content: bytes) -> "StreamState":
        """Read what ``as_json`` returned.

        Raises:
            ValueError: ``content`` is something else.
        """
        return _read(content)[0]


def read_page(folder: Path, page: Page) -> bytes:
    """Return the content of a page of the log in ``folder``, in N-Quads.

    Raises:
        OSError: the page cannot be read.
    """
    return _page_file(folder, page.name).read_bytes()


def extend_stream(dataset: Path, base: str, folder: Path, moment: datetime) -> StreamState:
    """Append to the log in ``folder`` what changed in ``dataset`` since the last call.

    All changes of one call have one time: ``moment``, or one second after the last time in the
    log where that is later, so that time never runs backwards. Without a change nothing is
    written. An interrupted call leaves the log as it was; simultaneous calls wait for each other.
    Where there is no log, or a damaged one, a new one begins with all resources.

    Raises:
        DatasetError: the dataset cannot be read, or the folder cannot be written.
    """
    members = read_members(dataset, base)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder):
            state, heads = _read_log(folder, base)
            _discard_others(folder, state)
            changes = list(_changes(members, heads))
            if not changes:
                return state
            time = _after(state, moment)
            pages = _write_pages(folder, state, _versions(changes, time, state.iri), time)
            state = StreamState(base, (*state.pages, *pages))
            # The index is written last: a page that it does not name is not part of the log.
            heads = {member.resource: member.digest for member in members}
            write_whole(folder / INDEX_NAME, state.as_json(heads=heads))
            return state
    except OSError as error:
        raise unwritable(folder, error) from None


def _read_log(folder: Path, base: str) -> tuple[StreamState, Mapping[str, str]]:
    """Return the log in ``folder`` and the digest of each resource, or an empty one.

    A damaged log is not repaired: the retention policy of the new one lets its clients see that
    they missed something, and they replicate it again.
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
    """Yield each change since the resources had the digests ``heads``, in the order of IRIs."""
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

    A version's IRI is a digest of its whole content, so that one IRI never stands for two
    contents, even in another instance or in a stream that began again.
    """
    for kind, member in changes:
        content = "\n".join((kind, member.resource, time, member.digest))
        version = f"<{stream}#{digest(content)}>"
        yield "".join(
            (
                f"<{stream}> <{TREE.member}> {version} .\n",
                f"{version} <{RDF.type}> <{kind}> .\n",
                f"{version} <{DCT.isVersionOf}> <{member.resource}> .\n",
                f'{version} <{DCT.created}> "{time}"^^<{XSD.dateTime}> .\n',
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
    """Divide the versions into pages; one that is larger than a page has a page of its own."""
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
    """Remove the files that interrupted calls left.

    The pages of an abandoned log stay until the next call, as they may still be served.
    """
    if not state.pages:
        return
    named = {_page_file(folder, page.name).name for page in state.pages}
    for file in folder.iterdir():
        if file.name not in named and file.name not in (INDEX_NAME, LOCK_NAME):
            file.unlink()


def _page_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.nq"


def _read(content: bytes) -> tuple[StreamState, dict[str, str]]:
    """Read an index, or a state without digests: the state, and the digest of each resource."""
    try:
        found = json.loads(content)
        if found["form"] != _FORM:
            raise ValueError(found["form"])
        state = StreamState(str(found["base"]), tuple(Page(**page) for page in found["pages"]))
        return state, dict(found.get("heads", {}))
    except (KeyError, TypeError) as error:
        raise ValueError(
            f"The index of the event stream has an unexpected form: {error}."
        ) from None

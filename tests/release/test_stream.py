"""The log of changes: its members, that it is append-only, and what it survives."""

import json
import re
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Store, Triple, parse

from urbact_graph.errors import DatasetError
from urbact_graph.files import write_whole
from urbact_graph.rdf.namespaces import DCT, RDF, TREE
from urbact_graph.rdf.resources import read_members, resource_of
from urbact_graph.release.stream import INDEX_NAME, StreamState, extend_stream, read_page

BASE = "https://base.example/graph/"
MOMENT = datetime(2026, 3, 4, 5, 6, 7, 890_000, UTC)
DAY = timedelta(days=1)

_VERSION_OF = NamedNode(DCT.isVersionOf)
_TYPE = NamedNode(RDF.type)
_MEMBER = NamedNode(TREE.member)


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write(tmp_path / "graph.nt", {"city/a": "1", "city/b": "1", "city/b#place": "x"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "build" / "stream"


def write(file: Path, values: dict[str, str], lines: Iterable[str] = ()) -> Path:
    """Write a dataset in which each subject below the base has one value."""
    stated = [f'<{BASE}{path}> <{BASE}ontology#v> "{value}" .' for path, value in values.items()]
    file.write_text("".join(f"{line}\n" for line in sorted((*stated, *lines))), encoding="utf-8")
    return file


def pages(folder: Path, state: StreamState) -> Iterator[Store]:
    """Load each page."""
    for page in state.pages:
        loaded = Store()
        loaded.extend(parse(read_page(folder, page), format=RdfFormat.N_QUADS))
        yield loaded


def events(folder: Path, state: StreamState) -> list[tuple[str, str, frozenset[str]]]:
    """Return the kind, resource and values of each member, in the order they were written."""
    found = []
    for page in state.pages:
        text = read_page(folder, page)
        loaded = Store()
        loaded.extend(parse(text, format=RdfFormat.N_QUADS))
        for quad in parse(text, format=RdfFormat.N_QUADS):
            if quad.predicate == _MEMBER:
                version = quad.object
                kind = next(loaded.quads_for_pattern(version, _TYPE, None, DefaultGraph()))
                of = next(loaded.quads_for_pattern(version, _VERSION_OF, None, DefaultGraph()))
                values = [q.object for q in loaded.quads_for_pattern(None, None, None, version)]
                name, path = text_of(kind.object).rpartition("#")[2], text_of(of.object)
                found.append((name, path.removeprefix(BASE), frozenset(map(text_of, values))))
    return found


def text_of(term: object) -> str:
    """Return the IRI or the lexical form of a term."""
    assert isinstance(term, NamedNode | Literal)
    return term.value


def versions(folder: Path, state: StreamState) -> list[str]:
    """Return the IRIs of all members, in the order they were written."""
    quads = (
        quad
        for page in state.pages
        for quad in parse(read_page(folder, page), format=RdfFormat.N_QUADS)
    )
    return [text_of(quad.object) for quad in quads if quad.predicate == _MEMBER]


def files(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the files of a folder, each with what changes when it is written."""
    found = ((file.name, file.stat()) for file in folder.iterdir())
    return {name: (state.st_ino, state.st_mtime_ns) for name, state in found}


def replay(folder: Path, state: StreamState) -> dict[str, frozenset[str]]:
    """Return the values of each resource that the log leads to."""
    known: dict[str, frozenset[str]] = {}
    for kind, resource, values in events(folder, state):
        assert (kind == "Create") == (resource not in known), "only what is unknown is created"
        known[resource] = values
        if kind == "Delete":
            del known[resource]
    return known


@pytest.mark.parametrize(
    ("subject", "resource"),
    [
        (f"{BASE}city/a", f"{BASE}city/a"),
        (f"{BASE}city/a#geometry", f"{BASE}city/a"),
        (f"{BASE}ontology#Network", f"{BASE}ontology"),
        (BASE, BASE),
        ("http://elsewhere.example/term#it", "http://elsewhere.example/term#it"),
    ],
)
def test_a_statement_belongs_to_the_resource_that_its_subject_is_looked_up_by(
    subject: str, resource: str
) -> None:
    assert resource_of(subject, BASE) == resource


def test_the_whole_graph_is_in_its_first_versions(
    demo_dataset: Path, base: str, folder: Path
) -> None:
    state = extend_stream(demo_dataset, base, folder, MOMENT)
    stated: set[Triple] = set()
    for page, store in zip(state.pages, pages(folder, state), strict=True):
        named = [quad for quad in store if not isinstance(quad.graph_name, DefaultGraph)]
        assert stated.isdisjoint(quad.triple for quad in named)
        stated |= {quad.triple for quad in named}
        assert page.members == len(list(store.quads_for_pattern(None, _MEMBER, None)))
        assert page.members <= 250
        assert page.bytes <= 1_000_000 or page.members == 1
        assert page.moment == "2026-03-04T05:06:07Z"
    assert stated == {q.triple for q in parse(path=demo_dataset, format=RdfFormat.N_TRIPLES)}
    resources = {member.resource for member in read_members(demo_dataset, base)}
    count = sum(page.members for page in state.pages)
    assert len(resources) == len(set(versions(folder, state))) == count


def test_fragments_come_with_their_resource(dataset: Path, folder: Path) -> None:
    state = extend_stream(dataset, BASE, folder, MOMENT)
    assert events(folder, state) == [
        ("Create", "city/a", frozenset("1")),
        ("Create", "city/b", frozenset(("1", "x"))),
    ]
    assert state.iri == f"{BASE}ldes"


def test_a_member_names_its_resource_and_its_time(dataset: Path, folder: Path) -> None:
    state = extend_stream(dataset, BASE, folder, MOMENT)
    lines = read_page(folder, state.pages[0]).decode().splitlines()
    # The statements of a member stand together behind the one that names it (TREE profile).
    version = re.escape(versions(folder, state)[0])
    activity = "https://www.w3.org/ns/activitystreams#Create"
    moment = "2026-03-04T05:06:07Z"
    forms = (
        rf"<{BASE}ldes> <https://w3id.org/tree#member> <{version}> \.",
        rf"<{version}> <{re.escape(_TYPE.value)}> <{activity}> \.",
        rf"<{version}> <{re.escape(_VERSION_OF.value)}> <{BASE}city/a> \.",
        rf'<{version}> <http://purl.org/dc/terms/created> "{moment}"\^\^<\S+#dateTime> \.',
        rf'<{BASE}city/a> <{BASE}ontology#v> "1" <{version}> \.',
        rf"<{BASE}ldes> <https://w3id.org/tree#member> \S+ \.",
    )
    for line, form in zip(lines, forms, strict=False):
        assert re.fullmatch(form, line), line
    assert re.fullmatch(rf"{re.escape(BASE)}ldes#[0-9a-f]{{32}}", versions(folder, state)[0])


def test_nothing_is_written_where_nothing_changed(dataset: Path, folder: Path) -> None:
    first = extend_stream(dataset, BASE, folder, MOMENT)
    before = files(folder)
    assert extend_stream(dataset, BASE, folder, MOMENT + DAY) == first
    after = files(folder)
    del before[".lock"], after[".lock"]
    assert after == before


def test_the_order_of_the_statements_is_no_change(dataset: Path, folder: Path) -> None:
    first = extend_stream(dataset, BASE, folder, MOMENT)
    dataset.write_text("\n".join(reversed(dataset.read_text().splitlines())) + "\n")
    assert extend_stream(dataset, BASE, folder, MOMENT + DAY) == first


def test_only_what_changed_is_appended(dataset: Path, folder: Path) -> None:
    first = extend_stream(dataset, BASE, folder, MOMENT)
    write(dataset, {"city/b": "1", "city/b#place": "y", "city/c": "1"})
    state = extend_stream(dataset, BASE, folder, MOMENT + DAY)
    assert state.pages[:1] == first.pages
    assert [page.moment for page in state.pages[1:]] == ["2026-03-05T05:06:07Z"]
    assert events(folder, state)[2:] == [
        ("Delete", "city/a", frozenset()),
        ("Update", "city/b", frozenset(("1", "y"))),
        ("Create", "city/c", frozenset("1")),
    ]


def test_a_return_to_an_older_state_is_a_change(dataset: Path, folder: Path) -> None:
    for value, kind in (("1", "Create"), ("2", "Update"), ("1", "Update")):
        write(dataset, {"city/a": value})
        state = extend_stream(dataset, BASE, folder, MOMENT)
        assert events(folder, state)[-1] == (kind, "city/a", frozenset(value))
    write(dataset, {"city/b": "1"})
    extend_stream(dataset, BASE, folder, MOMENT)
    write(dataset, {"city/a": "1", "city/b": "1"})
    state = extend_stream(dataset, BASE, folder, MOMENT)
    assert events(folder, state)[-1] == ("Create", "city/a", frozenset("1"))
    iris = versions(folder, state)
    assert len(iris) == len(set(iris)) == 6


def test_equal_datasets_and_times_give_equal_streams(
    dataset: Path, folder: Path, tmp_path: Path
) -> None:
    first = extend_stream(dataset, BASE, folder, MOMENT)
    again = extend_stream(dataset, BASE, tmp_path / "again", MOMENT)
    assert again == first
    assert read_page(folder, first.pages[0]) == read_page(tmp_path / "again", again.pages[0])


def test_a_stream_that_begins_again_uses_no_iri_twice(
    dataset: Path, folder: Path, tmp_path: Path
) -> None:
    first = extend_stream(dataset, BASE, folder, MOMENT)
    other = extend_stream(dataset, BASE, tmp_path / "other", MOMENT + DAY)
    assert not set(versions(folder, first)) & set(versions(tmp_path / "other", other))


def test_time_never_runs_backwards(dataset: Path, folder: Path) -> None:
    offset = timezone(timedelta(hours=2))
    moments = (MOMENT.astimezone(offset), MOMENT - DAY, MOMENT, MOMENT + DAY)
    for number, moment in enumerate(moments):
        write(dataset, {"city/a": str(number)})
        state = extend_stream(dataset, BASE, folder, moment)
    assert [page.moment for page in state.pages] == [
        "2026-03-04T05:06:07Z",
        "2026-03-04T05:06:08Z",
        "2026-03-04T05:06:09Z",
        "2026-03-05T05:06:07Z",
    ]


def test_pages_are_bounded_in_members_and_bytes(tmp_path: Path, folder: Path) -> None:
    values = {f"city/{number:04}": "1" for number in range(600)}
    values["city/0300"] = "long " * 300_000
    state = extend_stream(write(tmp_path / "graph.nt", values), BASE, folder, MOMENT)
    assert [page.members for page in state.pages] == [250, 50, 1, 250, 49]
    assert [page.name[:7] for page in state.pages] == [f"{n:06}-" for n in range(1, 6)]
    assert all(page.bytes <= 1_000_000 for page in state.pages if page.members > 1)


def test_literals_stay_as_they_are(tmp_path: Path, folder: Path) -> None:
    values = [
        r'"a \" <b> . \n \\ \t"',
        '"line\u2028separator, next\x85line"',
        '"\U0001f642 ."@en-GB',
        '"2026"^^<http://www.w3.org/2001/XMLSchema#gYear>',
    ]
    lines = [f"<http://elsewhere.example/x> <{BASE}ontology#v> {value} ." for value in values]
    dataset = write(tmp_path / "graph.nt", {}, lines)
    state = extend_stream(dataset, BASE, folder, MOMENT)
    (page,) = pages(folder, state)
    stated = {quad.triple for quad in page if not isinstance(quad.graph_name, DefaultGraph)}
    assert stated == {quad.triple for quad in parse(path=dataset, format=RdfFormat.N_TRIPLES)}
    assert len(stated) == len(values)


def test_what_an_interrupted_call_left_is_removed(
    dataset: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = extend_stream(dataset, BASE, folder, MOMENT)
    write(dataset, {"city/a": "2", "city/b": "1"})

    def full(path: Path, content: bytes) -> None:
        if path.name == INDEX_NAME:
            raise OSError(28, "No space left on device")
        write_whole(path, content)

    with monkeypatch.context() as patch:
        patch.setattr("urbact_graph.release.stream.write_whole", full)
        with pytest.raises(DatasetError, match=r"cannot be written.*No space left"):
            extend_stream(dataset, BASE, folder, MOMENT + DAY)
    left = set(files(folder)) - {f"{first.pages[0].name}.nq", ".lock", INDEX_NAME}
    assert len(left) == 1
    state = extend_stream(dataset, BASE, folder, MOMENT + 2 * DAY)
    assert not left & set(files(folder))
    assert [page.moment for page in state.pages] == ["2026-03-04T05:06:07Z", "2026-03-06T05:06:07Z"]
    assert replay(folder, state) == {"city/a": frozenset("2"), "city/b": frozenset("1")}


def _garbage(folder: Path) -> None:
    (folder / "stream.json").write_bytes(b"\xff{")


def _empty(folder: Path) -> None:
    (folder / "stream.json").write_text("{}")


def _list(folder: Path) -> None:
    (folder / "stream.json").write_text("[]")


def _other_form(folder: Path) -> None:
    index = json.loads((folder / "stream.json").read_text())
    (folder / "stream.json").write_text(json.dumps({**index, "form": 0}))


def _missing_page(folder: Path) -> None:
    next(folder.glob("*.nq")).unlink()


def _short_page(folder: Path) -> None:
    page = next(folder.glob("*.nq"))
    page.write_bytes(page.read_bytes()[:-10])


@pytest.mark.parametrize("harm", [_garbage, _empty, _list, _other_form, _missing_page, _short_page])
def test_a_damaged_log_begins_again(
    dataset: Path, folder: Path, harm: object, caplog: pytest.LogCaptureFixture
) -> None:
    first = extend_stream(dataset, BASE, folder, MOMENT)
    assert callable(harm)
    harm(folder)
    state = extend_stream(dataset, BASE, folder, MOMENT + DAY)
    assert f"The event stream in {folder} is damaged; a new one begins." in caplog.text
    assert [event[0] for event in events(folder, state)] == ["Create", "Create"]
    assert state.pages[0].moment == "2026-03-05T05:06:07Z"
    # Its pages may still be served, so they stay until the next call.
    extend_stream(dataset, BASE, folder, MOMENT + DAY)
    assert f"{first.pages[0].name}.nq" not in files(folder)


def test_another_base_is_another_stream(
    dataset: Path, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    extend_stream(dataset, BASE, folder, MOMENT)
    state = extend_stream(dataset, "http://other.example/", folder, MOMENT + DAY)
    assert "is of another base; a new one begins" in caplog.text
    assert state.iri == "http://other.example/ldes"
    assert len(versions(folder, state)) == 3, "outside the base a fragment is a resource of its own"


def test_simultaneous_calls_wait_for_each_other(tmp_path: Path, folder: Path) -> None:
    start = threading.Barrier(6)
    states: dict[int, StreamState] = {}

    def run(number: int) -> None:
        values = {"city/same": "1", "city/other": str(number)}
        dataset = write(tmp_path / f"{number}.nt", values)
        start.wait()
        states[number] = extend_stream(dataset, BASE, folder, MOMENT)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = max(states, key=lambda number: len(states[number].pages))
    for number, state in states.items():
        assert state.pages == states[last].pages[: len(state.pages)]
        assert replay(folder, state)["city/other"] == frozenset(str(number))
    assert len(states[last].pages) == 6


def test_a_state_is_kept_and_read_again(dataset: Path, folder: Path) -> None:
    state = extend_stream(dataset, BASE, folder, MOMENT)
    assert StreamState.from_json(state.as_json()) == state
    # The digests of the resources are in the index alone.
    assert f"{BASE}city" not in state.as_json().decode()


@pytest.mark.parametrize("content", [b"", b"1", b"{}", b'{"form": 1, "base": "x", "pages": [1]}'])
def test_other_content_is_no_state(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        StreamState.from_json(content)


@pytest.mark.parametrize(
    "line", ['_:b <http://x.example/p> "1" .', "<http://x.example/s> is cut off", "no statement"]
)
def test_only_statements_about_iris_are_taken(dataset: Path, folder: Path, line: str) -> None:
    dataset.write_text(dataset.read_text() + line + "\n")
    with pytest.raises(DatasetError, match=r"graph\.nt, line 4, is no statement of N-Triples"):
        extend_stream(dataset, BASE, folder, MOMENT)
    assert not folder.exists()


def test_a_dataset_that_cannot_be_read_is_reported(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(DatasetError, match=r"absent\.nt cannot be read"):
        extend_stream(tmp_path / "absent.nt", BASE, folder, MOMENT)
    (tmp_path / "latin.nt").write_bytes(
        '<http://x.example/s> <http://x.example/p> "é" .'.encode("latin-1")
    )
    with pytest.raises(DatasetError, match=r"latin\.nt cannot be read"):
        extend_stream(tmp_path / "latin.nt", BASE, folder, MOMENT)


def test_a_folder_that_cannot_be_written_is_reported(dataset: Path, folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("no folder")
    with pytest.raises(DatasetError, match="cannot be written"):
        extend_stream(dataset, BASE, folder, MOMENT)

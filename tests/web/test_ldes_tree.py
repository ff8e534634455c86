"""The search tree of the event stream: every page is found, and the root stays small."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from tests.support.stubs import StubEngine
from tests.web.serving import BROWSER
from urbact_graph.release.release import Release
from urbact_graph.release.stream import Page, StreamState
from urbact_graph.settings import Settings
from urbact_graph.web.app import create_app
from urbact_graph.web.documents.ldes_tree import branch_quads, branches, page_quads, root_quads
from urbact_graph.web.response import IMMUTABLE

ADDRESS = "https://served.example/graph"
ROOT = NamedNode(f"{ADDRESS}/ldes")
TREE = "https://w3id.org/tree#"
LDES = "https://w3id.org/ldes#"
CREATED = NamedNode("http://purl.org/dc/terms/created")


def state_of(pages: int) -> StreamState:
    """Make a state with a page a day."""
    first = datetime(2000, 1, 1, tzinfo=UTC)
    moments = (first + timedelta(days=day) for day in range(pages))
    return StreamState(
        "https://base.example/graph/",
        tuple(
            Page(f"{number:06}-{number:016x}", 9, 999, f"{moment:%Y-%m-%dT%H:%M:%SZ}")
            for number, moment in enumerate(moments, start=1)
        ),
    )


def loaded(quads: Iterable[Quad]) -> Store:
    store = Store()
    store.extend(quads)
    return store


def bounds(store: Store, node: NamedNode) -> dict[str, dict[str, str]]:
    """Return the nodes that ``node`` leads to, each with the bounds of its times."""
    found: dict[str, dict[str, str]] = {}
    for quad in store.quads_for_pattern(node, NamedNode(TREE + "relation"), None):
        relation = quad.object
        assert isinstance(relation, NamedNode)
        stated = {
            q.predicate.value.rpartition("#")[2]: q.object
            for q in store.quads_for_pattern(relation, None, None)
        }
        assert set(stated) == {"type", "node", "path", "value"}
        target, kind, value = stated["node"], stated["type"], stated["value"]
        assert stated["path"] == CREATED
        assert isinstance(target, NamedNode)
        assert isinstance(kind, NamedNode)
        assert isinstance(value, Literal)
        assert value.datatype.value.endswith("#dateTime")
        found.setdefault(target.value, {})[kind.value.removeprefix(TREE)] = value.value
    return found


def values(store: Store, subject: NamedNode, name: str) -> list[str]:
    found = store.quads_for_pattern(subject, NamedNode(name), None)
    return [str(quad.object) for quad in found]


def test_the_root_describes_the_stream_and_its_view() -> None:
    state = state_of(3)
    root, stream = loaded(root_quads(state, ADDRESS)), NamedNode("https://base.example/graph/ldes")
    assert values(root, stream, TREE + "view") == [str(ROOT)]
    assert values(root, stream, LDES + "timestampPath") == [str(CREATED)]
    version_of = "<http://purl.org/dc/terms/isVersionOf>"
    assert values(root, stream, LDES + "versionOfPath") == [version_of]
    for kind in ("Create", "Update", "Delete"):
        activity = f"<https://www.w3.org/ns/activitystreams#{kind}>"
        assert values(root, stream, f"{LDES}version{kind}Object") == [activity]
    (policy,) = root.quads_for_pattern(ROOT, NamedNode(LDES + "retentionPolicy"), None)
    assert isinstance(policy.object, NamedNode)
    (start,) = values(root, policy.object, LDES + "startingFrom")
    assert start.startswith('"2000-01-01T00:00:00Z"')


def test_an_empty_stream_has_a_root_without_pages() -> None:
    root = loaded(root_quads(state_of(0), ADDRESS))
    assert bounds(root, ROOT) == {}
    # A client that finds a policy without a scope must assume that nothing is retained.
    assert values(root, ROOT, LDES + "retentionPolicy") == []


@pytest.mark.parametrize("pages", [1, 99, 100, 101, 250, 3_650])
def test_every_page_is_found_once_between_its_bounds(pages: int) -> None:
    state = state_of(pages)
    moments = {f"{ROOT.value}/{page.name}": page.moment for page in state.pages}
    by_address = {f"{ROOT.value}/{one.name}": one for one in branches(state)}
    found: list[str] = []
    for target, bound in bounds(loaded(root_quads(state, ADDRESS)), ROOT).items():
        below = [target]
        if target in by_address:
            node = loaded(branch_quads(by_address[target], ADDRESS))
            pages_below = bounds(node, NamedNode(target))
            for page, own in pages_below.items():
                assert set(own.values()) == {moments[page]}
            below = list(pages_below)
        assert set(bound) == {"GreaterThanOrEqualToRelation", "LessThanOrEqualToRelation"}
        assert bound["GreaterThanOrEqualToRelation"] == min(moments[page] for page in below)
        assert bound["LessThanOrEqualToRelation"] == max(moments[page] for page in below)
        found += below
    assert sorted(found) == sorted(moments)


def test_the_root_stays_small_after_ten_years_with_a_page_a_day() -> None:
    root = list(root_quads(state_of(3_650), ADDRESS))
    assert len(bounds(loaded(root), ROOT)) == 36 + 50
    content = serialize(root, format=RdfFormat.TRIG)
    assert content is not None
    assert len(content) < 100_000


def test_branches_do_not_change_when_pages_are_added() -> None:
    before, after = branches(state_of(299)), branches(state_of(1_000))
    assert len(before) == 2
    assert after[:2] == before
    assert len({branch.name for branch in after}) == 10


def test_nodes_below_the_root_state_that_they_never_change() -> None:
    branch = branches(state_of(100))[0]
    for name, quads in (
        (branch.name, branch_quads(branch, ADDRESS)),
        ("000001-00", page_quads("000001-00", ADDRESS)),
    ):
        (immutable,) = values(loaded(quads), NamedNode(f"{ROOT.value}/{name}"), LDES + "immutable")
        assert immutable.startswith('"true"')


def test_no_node_is_blank() -> None:
    state = state_of(100)
    for quads in (root_quads(state, ADDRESS), branch_quads(branches(state)[0], ADDRESS)):
        for quad in quads:
            assert not isinstance(quad.subject, BlankNode)
            assert not isinstance(quad.object, BlankNode)


def test_a_node_below_the_root_is_served_and_never_changes(tmp_path: Path) -> None:
    state = state_of(150)
    (tmp_path / "stream.json").write_bytes(state.as_json())
    release = Release(tmp_path, "1", "0" * 64, None, (), "a test")
    app = create_app(Settings.load(public_url=ADDRESS), StubEngine(), release)
    (branch,) = branches(state)
    response = app.test_client().get(f"/ldes/{branch.name}.nq")
    assert response.status_code == 200
    assert set(parse(response.data, format=RdfFormat.N_QUADS)) == set(branch_quads(branch, ADDRESS))
    assert response.headers["Cache-Control"] == IMMUTABLE
    # Its date is that of the last page that it links to.
    assert response.last_modified == datetime.fromisoformat(state.pages[99].moment)


def test_people_see_the_latest_pages_and_how_many_are_older(tmp_path: Path) -> None:
    (tmp_path / "stream.json").write_bytes(state_of(1_250).as_json())
    release = Release(tmp_path, "1", "0" * 64, None, (), "a test")
    client = create_app(Settings.load(), StubEngine(), release).test_client()
    page = client.get("/ldes", headers=BROWSER).text
    assert page.count('href="/ldes/') == 50
    assert "1,200 older pages" in page

"""A dataset arrives whole: in pieces, switched or in place, also after interruptions."""

import itertools
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store

from tests.publishing.running import (
    OLD,
    PIECE,
    THINGS,
    TRIPLES,
    Run,
    load_old,
    statements,
    target,
    write_dataset,
)
from tests.support.graph_store import Answered, Asked, BrokenError, Rule, StoreServer
from urbact_graph.publishing.refusals import StoreError
from urbact_graph.publishing.upload import NAME

GRAPH = "http://x.org/graph?a=b&c"
TRIG = """
@prefix : <http://x.org/> .
:a :p "default" .
:one { :a :p "in one" . :b :p :c , :d . }
:two { :a :p "in two" ; :q 1 , 2 . }
"""


def broken_after(count: int) -> Rule:
    """Break the connection of each piece behind the first ``count``."""
    seen = itertools.count(1)

    def rule(asked: Asked) -> Answered | None:
        if asked.what.endswith("/store") and asked.body and next(seen) > count:
            raise BrokenError
        return None

    return rule


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("graph", [None, GRAPH])
def test_a_graph_is_switched_once_it_is_whole(
    server: StoreServer, dataset: Path, run: Run, graph: str | None, direct: bool
) -> None:
    if direct:
        graph = f"{server.store}/urbact"
    load_old(server, graph)
    seen: list[set[str]] = []
    server.after = lambda _: seen.append(server.graph(graph))
    to = target(server, graph=None if direct else graph)
    if direct:
        to = target(
            server,
            address=graph,
            direct=True,
            query=f"{server.address}/query",
            update=f"{server.address}/update",
        )
    published = run.publish(dataset, to)
    assert server.graph(graph) == statements(dataset)
    assert (published.check.triples, len(published.places), published.is_whole) == (
        TRIPLES,
        1,
        True,
    )
    assert (published.check.compared, published.check.things) == (32, 8)
    # Readers saw the old graph or the new one, and nothing between.
    assert {len(found) for found in seen} == {1, TRIPLES}
    bodies = [one.body for one in server.sent("PUT", "POST")]
    assert published.pieces == len(bodies) > 4
    assert b"".join(bodies) == dataset.read_bytes()
    assert all(len(body) <= PIECE and body.endswith(b"\n") for body in bodies)
    assert server.graphs() == (set() if graph is None else {graph})
    assert run.remarks == []
    assert not (run.folder / NAME).exists()


@pytest.mark.parametrize("graph", [None, GRAPH])
@pytest.mark.parametrize("how", ["asked for", "no update", "no endpoint", "refused"])
def test_a_graph_is_replaced_in_place_where_there_is_no_switch(
    server: StoreServer, dataset: Path, run: Run, graph: str | None, how: str
) -> None:
    if how == "no endpoint":
        server.paths = ("/elsewhere", "/query", "/update")

    def rule(asked: Asked) -> Answered | None:
        status = {"no update": 404, "refused": 403}.get(how)
        return (status, {}, b"no") if status and asked.what == "update" else None

    server.rule = rule
    load_old(server, graph)
    published = run.publish(dataset, target(server, graph=graph, in_place=how == "asked for"))
    assert server.graph(graph) == statements(dataset)
    assert not published.is_whole
    assert published.check.compared == 32
    (remark,) = run.remarks
    assert remark.startswith("Readers see the change piece by piece, as ")
    assert remark.endswith(".")
    assert ("--in-place" if how == "asked for" else "--update-endpoint") in remark
    assert ("got back" in published.check.how) == (how == "no endpoint")


@pytest.mark.parametrize("largest", [10**6, 5_000, 2_500])
def test_what_fits_into_a_piece_replaces_the_graph_at_once(
    server: StoreServer,
    dataset: Path,
    run: Run,
    largest: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("urbact_graph.publishing.upload._SMALLEST_PIECE", 100)
    load_old(server, None)
    server.largest = largest
    seen: list[int] = []
    server.after = lambda _: seen.append(len(server.graph()))
    published = run.publish(dataset, target(server, piece_bytes=10**6, in_place=True))
    assert server.graph() == statements(dataset)
    # A store that takes smaller pieces only shows them, and that is not said to be whole.
    assert published.is_whole == (set(seen) == {1, TRIPLES}) == (largest == 10**6)
    assert len(run.remarks) == {10**6: 0, 5_000: 1, 2_500: 2}[largest]


@pytest.mark.parametrize("largest", [10**6, 5_000])
def test_what_fits_into_a_piece_is_switched_too(
    server: StoreServer, dataset: Path, run: Run, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("urbact_graph.publishing.upload._SMALLEST_PIECE", 100)
    load_old(server, None)
    server.largest = largest
    seen: list[int] = []
    server.after = lambda _: seen.append(len(server.graph()))
    assert run.publish(dataset, target(server, piece_bytes=10**6)).is_whole
    assert set(seen) == {1, TRIPLES}


def test_two_who_publish_at_once_do_not_disturb_each_other(
    server: StoreServer, dataset: Path, tmp_path: Path, run: Run
) -> None:
    """Another one, elsewhere, publishes before each piece of the first, and before its switch."""
    (tmp_path / "other").mkdir()
    (tmp_path / "more").mkdir()
    other = Run(tmp_path / "other")
    longer = write_dataset(tmp_path / "more" / "dataset.nt", THINGS + 5)
    seen: list[int] = []

    def rule(asked: Asked) -> Answered | None:
        if asked.what == "query" or not asked.body:
            return None
        server.rule = lambda _: None
        other.publish(longer, target(server, sample=1))
        seen.append(len(server.graph()))
        if b"MOVE" not in asked.body:
            server.rule = rule
        return None

    server.rule = rule
    assert run.publish(dataset, target(server)).check.triples == TRIPLES
    assert set(seen) == {TRIPLES + 20}
    assert server.graph() == statements(dataset)
    assert server.graphs() == set()


@pytest.mark.parametrize("reply", [(405, {}, b""), (500, {}, b"")])
def test_a_graph_that_cannot_be_removed_is_named(
    server: StoreServer, dataset: Path, run: Run, reply: Answered
) -> None:
    server.rule = broken_after(3)
    with pytest.raises(StoreError):
        run.publish(dataset, target(server))
    (staging,) = server.graphs()
    server.rule = lambda asked: reply if asked.what.startswith("DELETE") else None
    run.publish(dataset, target(server, in_place=True))
    assert f"The graph {staging} could not be removed from the store; remove it." in run.remarks


@pytest.mark.parametrize("graph", [None, GRAPH])
def test_named_graphs_keep_their_names(
    server: StoreServer, tmp_path: Path, run: Run, graph: str | None
) -> None:
    file = tmp_path / "dataset.trig"
    file.write_text(TRIG)
    load_old(server, "http://x.org/one")
    load_old(server, "http://x.org/other")
    published = run.publish(file, target(server, graph=graph))
    expected = Store()
    expected.load(TRIG.encode(), format=RdfFormat.TRIG)
    for name in ("http://x.org/one", "http://x.org/two"):
        found = {
            str(quad.triple)
            for quad in expected.quads_for_pattern(None, None, None)
            if str(quad.graph_name) == f"<{name}>"
        }
        assert server.graph(name) == found
    assert len(server.graph(graph)) == 1
    assert (len(published.places), published.check.triples, published.is_whole) == (
        3,
        7,
        True,
    )
    assert len(server.graph("http://x.org/other")) == 1
    assert server.graphs() - {graph} == {f"http://x.org/{n}" for n in ("one", "two", "other")}


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        (TRIG, {"direct": True}, "--direct there is room for one graph only"),
        (TRIG, {"graph": "http://x.org/one"}, "a graph of its own that is called"),
        ("<x:g> { <x:a> <x:b> <x:c> }", {"graph": "x:h"}, "leave out --graph"),
        ("<x:a> <x:b> <x:c> .", {"direct": True, "graph": "x:h"}, "leave out --graph or --direct"),
        ("<x:a> <x:b> <x:c> .", {"graph": "h"}, "write an absolute IRI"),
    ],
)
def test_what_has_no_place_is_refused_before_anything_is_sent(
    server: StoreServer,
    tmp_path: Path,
    run: Run,
    text: str,
    options: dict[str, object],
    reason: str,
) -> None:
    file = tmp_path / "dataset.trig"
    file.write_text(text)
    with pytest.raises(StoreError, match=reason):
        run.publish(file, target(server, **options))
    assert server.asked == []


# Interruptions --------------------------------------------------------------------------------


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("last", [0, 1, 3])
def test_an_interrupted_upload_goes_on_where_it_was(
    server: StoreServer, dataset: Path, run: Run, last: int, in_place: bool
) -> None:
    load_old(server, None)

    server.rule = broken_after(last)
    with pytest.raises(StoreError, match=r"any more while 1,\d+ bytes are sent"):
        run.publish(dataset, target(server, in_place=in_place))
    server.rule = lambda _: None
    before = len(server.sent("PUT", "POST"))
    published = run.publish(dataset, target(server, in_place=in_place))
    bodies = [one.body for one in server.sent("PUT", "POST")]
    arrived = bodies[:last]
    assert b"".join(arrived + bodies[before:]) == dataset.read_bytes()
    assert published.pieces == len(bodies) - before
    assert server.graph() == statements(dataset)
    assert any("Going on after" in remark for remark in run.remarks) == (last > 0)
    assert not (run.folder / NAME).exists()
    assert server.graphs() == set()


def test_another_size_of_pieces_does_not_matter_when_it_goes_on(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    server.rule = broken_after(3)
    with pytest.raises(StoreError):
        run.publish(dataset, target(server))
    server.rule = lambda _: None
    assert run.publish(dataset, target(server, piece_bytes=700)).check.triples == TRIPLES
    assert server.graph() == statements(dataset)


@pytest.mark.parametrize("in_place", [False, True])
def test_what_the_store_has_lost_is_sent_again(
    server: StoreServer, dataset: Path, run: Run, in_place: bool
) -> None:
    server.rule = broken_after(3)
    with pytest.raises(StoreError):
        run.publish(dataset, target(server, in_place=in_place))
    server.data.clear()
    server.rule = lambda _: None
    run.publish(dataset, target(server, in_place=in_place))
    assert server.graph() == statements(dataset)
    assert any("so they are sent again" in remark for remark in run.remarks)


def test_another_dataset_begins_anew_and_removes_what_was_sent(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    server.rule = broken_after(3)
    with pytest.raises(StoreError):
        run.publish(dataset, target(server))
    assert len(server.graphs()) == 1
    server.rule = lambda _: None
    with dataset.open("a") as file:
        file.write(OLD)
    assert run.publish(dataset, target(server)).check.triples == TRIPLES + 1
    assert server.graph() == statements(dataset)
    assert server.graphs() == set()


@pytest.mark.parametrize("notes", [b"", b"{", b"[]", b'{"address": 1}', b"\xff"])
def test_damaged_notes_are_none(server: StoreServer, dataset: Path, run: Run, notes: bytes) -> None:
    (run.folder / NAME).write_bytes(notes)
    assert run.publish(dataset, target(server)).check.triples == TRIPLES


def test_a_folder_that_cannot_be_written_is_mentioned(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    (run.folder / NAME).mkdir()
    assert run.publish(dataset, target(server)).check.triples == TRIPLES
    assert "cannot be noted" in " ".join(run.remarks)
    assert len(run.remarks) == 1


@pytest.mark.parametrize("happened", [True, False])
def test_a_switch_that_was_not_answered_is_looked_at_and_not_repeated(
    server: StoreServer, dataset: Path, run: Run, happened: bool
) -> None:
    load_old(server, None)

    def rule(asked: Asked) -> Answered | None:
        if asked.what == "update" and b"MOVE" in asked.body and not happened:
            raise BrokenError
        return None

    def after(asked: Asked) -> None:
        if asked.what == "update" and b"MOVE" in asked.body and happened:
            raise BrokenError

    server.rule, server.after = rule, after
    if happened:
        run.publish(dataset, target(server))
    else:
        with pytest.raises(StoreError, match="has not answered whether it switched"):
            run.publish(dataset, target(server))
        assert len(server.graph()) == 1
        server.rule = lambda _: None
        before = len(server.sent("PUT", "POST"))
        run.publish(dataset, target(server))
        assert len(server.sent("PUT", "POST")) == before
    assert server.graph() == statements(dataset)
    moves = [one for one in server.sent("update") if b"MOVE" in one.body]
    assert len(moves) == (1 if happened else 2)


def test_a_switch_that_happened_before_an_interruption_is_not_repeated(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    load_old(server, None)

    def after(asked: Asked) -> None:
        if asked.what == "update" and b"MOVE" in asked.body:
            raise BrokenError

    def rule(asked: Asked) -> Answered | None:
        has_moved = any(b"MOVE" in one.body for one in server.sent("update"))
        return (503, {}, b"") if has_moved and asked.what == "query" else None

    server.rule, server.after = rule, after
    with pytest.raises(StoreError, match="has not answered whether it switched"):
        run.publish(dataset, target(server))
    server.rule = server.after = lambda _: None
    before = len(server.sent("PUT", "POST", "update"))
    assert run.publish(dataset, target(server)).check.triples == TRIPLES
    # Only the update that changes nothing.
    assert len(server.sent("PUT", "POST", "update")) == before + 1
    assert any("switched already" in remark for remark in run.remarks)
    assert server.graph() == statements(dataset)


def test_a_switch_that_is_refused_leaves_the_old_graph(
    server: StoreServer, dataset: Path, run: Run
) -> None:
    load_old(server, None)

    def rule(asked: Asked) -> Answered | None:
        is_move = asked.what == "update" and b"MOVE" in asked.body
        return (400, {"Content-Type": "text/plain"}, b"No MOVE here.") if is_move else None

    server.rule = rule
    with pytest.raises(
        StoreError, match=r"400 Bad Request: “No MOVE here”; what is new .*urn:uuid"
    ):
        run.publish(dataset, target(server))
    assert len(server.graph()) == 1
    assert run.publish(dataset, target(server, in_place=True)).check.triples == TRIPLES
    assert server.graphs() == set()

"""Endpoints that were found by the address: where there are none, and where they fail."""

from pathlib import Path

import pytest

from tests.publishing.running import Run, load_old, statements, target
from tests.support.graph_store import Answered, Asked, BrokenError, StoreServer
from urbact_graph.publishing.refusals import StoreError

TEXT = {"Content-Type": "text/plain"}


@pytest.mark.parametrize("kind", ["query", "update"])
@pytest.mark.parametrize("status", [302, 308, 400, 403, 404, 405, 406, 410, 415, 501])
def test_where_there_is_no_endpoint_the_graph_is_replaced_in_place(
    server: StoreServer, dataset: Path, run: Run, kind: str, status: int
) -> None:
    load_old(server, None)
    server.rule = lambda asked: (status, TEXT, b"no") if asked.what == kind else None
    assert not run.publish(dataset, target(server)).is_whole
    assert server.graph() == statements(dataset)
    (remark,) = run.remarks
    says = {"query": "answers no queries (", "update": "takes no updates from here ("}[kind]
    assert f"as {server.address}/{kind} {says}" in remark


@pytest.mark.parametrize("kind", ["query", "update"])
@pytest.mark.parametrize("status", [401, 429, 500, 502, 503, 504, 507, None])
def test_where_an_endpoint_fails_nothing_is_replaced(
    server: StoreServer, dataset: Path, run: Run, kind: str, status: int | None
) -> None:
    load_old(server, None)

    def rule(asked: Asked) -> Answered | None:
        if asked.what != kind:
            return None
        if status is None:
            raise BrokenError
        return status, TEXT, b"no"

    server.rule = rule
    what = {"query": "a query", "update": "updates"}[kind]
    said = f"refuses {what} with {status} " if status else "does not answer any more while"
    with pytest.raises(StoreError, match=f"^{server.address}/{kind} {said}") as caught:
        run.publish(dataset, target(server))
    assert ("write --in-place to go on" in str(caught.value)) == (status == 500)
    assert server.sent("PUT", "POST", "DELETE") == []
    assert len(server.graph()) == 1
    # It can be asked for.
    assert run.publish(dataset, target(server, in_place=True)).check.triples == 160

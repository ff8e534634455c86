"""Names are sent in batches, each once, and each has a row."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from urbact_graph.client.reconciling import _BATCH_BYTES, reconciled
from urbact_graph.client.shapes import LONGEST_TEXT
from urbact_graph.web.search import index


class Service:
    """Answers each query with its own name as the only candidate, but for "none"."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.types: set[str | None] = set()

    def __call__(self, text: str) -> Mapping[str, Any]:
        queries = json.loads(text)
        self.batches.append([query["query"] for query in queries.values()])
        self.types |= {query.get("type") for query in queries.values()}
        return {key: {"result": _candidates(query["query"])} for key, query in queries.items()}


def _candidates(name: str) -> list[dict[str, Any]]:
    if name == "none":
        return []
    members = dict.fromkeys(("iri", "name", "description", "matched", "reason"), name)
    return [{**members, "type": [{"id": "city"}], "score": 99.0, "match": True}]


def test_each_name_is_asked_once_and_has_its_row() -> None:
    service = Service()
    names = ["a", " a ", "none", "", None, float("nan"), "x" * (LONGEST_TEXT + 1), "a", 7]
    rows = reconciled(names, "city", 500, service)
    assert [row["name"] for row in rows] == [*names[:5], None, names[6], "a", None]
    assert [row["match"] for row in rows] == [True, True, *[False] * 5, True, False]
    assert [row.get("iri") for row in rows] == ["a", "a", *[None] * 5, "a", None]
    assert service.batches == [["a", "none"]]
    assert service.types == {"city"}


def test_without_a_kind_no_type_is_sent() -> None:
    service = Service()
    reconciled(["a"], "", 500, service)
    assert service.types == {None}


@pytest.mark.parametrize(("number", "most", "sizes"), [(5, 2, [2, 2, 1]), (4, 4, [4]), (0, 3, [])])
def test_a_batch_has_as_many_names_as_the_server_takes(
    number: int, most: int, sizes: list[int]
) -> None:
    service = Service()
    assert len(reconciled([str(one) for one in range(number)], "", most, service)) == number
    assert [len(batch) for batch in service.batches] == sizes


def test_a_batch_has_as_many_bytes_as_servers_take() -> None:
    service = Service()
    names = [f"{number:03}{'ł' * (LONGEST_TEXT - 3)}" for number in range(400)]
    reconciled(names, "", 500, service)
    sizes = [sum(len(name.encode()) for name in batch) for batch in service.batches]
    assert len(sizes) > 1
    assert max(sizes) <= _BATCH_BYTES
    assert [name for batch in service.batches for name in batch] == names


def test_the_search_has_the_same_limit() -> None:
    assert LONGEST_TEXT == index.LONGEST_QUERY

"""Parts of answers, and the method QUERY, in the gateway: from one evaluation and its entry."""

import pytest

from tests.server.gateways import Client, asynchronous, clients
from urbact_graph.server.response_cache import ResponseCache
from urbact_graph.web.protocol import DIRECT

QUERY = "SELECT DISTINCT ?o { ?s ?p ?o }"
STORED, HIT = "fwd=miss; stored", "hit"


async def answered(client: Client) -> tuple[int, str]:
    await client.response()
    return client.status, client.cache


# The answers of the test's engine have 5,006 bytes, of which these are the first.
START = b"one 1 "


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        ({"range": "bytes=0-5"}, 206, START),
        ({"range": "bytes=0-5", "accept_encoding": "gzip"}, 206, START),
        ({"range": "bytes=-2"}, 206, b"xx"),
        ({"range": "bytes=5005-9999999999999999999999"}, 206, b"x"),
        ({"range": "bytes=0-5", "if_range": "TAG"}, 206, START),
        ({"range": "bytes=0-5", "if_range": "W/TAG"}, 200, None),
        ({"range": "bytes=0-5", "if_range": '"other"'}, 200, None),
        # Two answers of one date may have their rows in another order.
        ({"range": "bytes=0-5", "if_range": "DATE"}, 200, None),
        ({"range": "bytes=0-5", "if_match": "TAG"}, 206, START),
        ({"if_match": '"other"'}, 412, None),
        ({"if_unmodified_since": "Thu, 01 Jan 1970 00:00:00 GMT"}, 412, None),
        ({"range": "bytes=5006-"}, 416, None),
        ({"range": "bytes=9999999999999999999999-"}, 416, None),
        ({"range": "bytes=0-5", "if_none_match": "TAG"}, 304, b""),
        ({"range": "items=0-5"}, 200, None),
    ],
)
@asynchronous
async def test_parts_of_an_answer_come_from_the_cache(
    headers: dict[str, str], status: int, body: bytes | None, is_first: bool
) -> None:
    async with clients() as running:
        running.engine.size = 5_000
        whole = await running.query(QUERY).response()
        assert whole.headers["accept-ranges"] == "bytes"
        named = {"TAG": whole.headers["etag"], "W/TAG": f"W/{whole.headers['etag']}"}
        named["DATE"] = whole.headers["last-modified"]
        sent = {name: named.get(value, value) for name, value in headers.items()}
        if is_first:
            running.gateway.cache = ResponseCache(10**6)
            running.engine.queries.clear()
        found = await running.query(QUERY, **sent).response()
        assert found.status == status
        if body is not None:
            assert found.body == body
        if status == 206:
            assert found.headers["content-length"] == str(len(found.body))
            assert found.headers["content-range"].endswith("/5006")
            assert found.headers["etag"] == whole.headers["etag"]
            assert "content-encoding" not in found.headers
        if status == 200:
            assert found.body == whole.body
        if status == 416:
            assert found.headers["content-range"] == "bytes */5006"
        # The whole is evaluated once, for all parts.
        assert len(running.engine.queries) <= 1
        again = await running.query(QUERY, range="bytes=2-3").response()
        assert (again.status, again.body) == (206, whole.body[2:4])
        assert len(running.engine.queries) <= 1


@asynchronous
async def test_parts_that_are_asked_for_at_once_are_of_one_answer() -> None:
    async with clients() as running:
        running.engine.size = 100
        running.engine.hold()
        parts = [f"bytes={start}-{start + 9}" for start in range(0, 100, 10)]
        sent = [running.query(QUERY, range=part) for part in parts]
        await running.until_waiting(len(sent))
        running.engine.release()
        found = b"".join([(await client.response()).body for client in sent])
        assert len(running.engine.queries) == 1
        assert found == (await running.query(QUERY).response()).body[:100]


@asynchronous
async def test_a_page_has_no_parts() -> None:
    async with clients() as running:
        for header in ("range", "if_match", "if_unmodified_since"):
            for _ in range(2):
                found = await running.send("/limits", **{header: "x"}).response()
                assert (found.status, "accept-ranges" in found.headers) == (200, False)


@asynchronous
async def test_the_method_query_is_cached_by_its_body_and_has_conditions() -> None:
    async with clients() as running:

        def send(query: str = QUERY, **headers: str) -> Client:
            return running.send("/sparql", "QUERY", query.encode(), content_type=DIRECT, **headers)

        first = await send().response()
        assert (first.status, first.cache) == (200, STORED)
        assert await answered(send()) == (200, HIT)
        assert await answered(send(QUERY + " ")) == (200, STORED)
        known = await send(if_none_match=first.headers["etag"]).response()
        assert (known.status, known.body) == (304, b"")
        part = await send(range="bytes=0-2").response()
        assert (part.status, part.body) == (206, b"one")
        assert len(running.engine.queries) == 2

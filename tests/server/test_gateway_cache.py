"""The response cache in the gateway: for which requests a response is kept and sent again."""

import gzip
import re
from urllib.parse import urlencode

import pytest

from tests.server.gateways import Client, Clients, asynchronous, clients
from tests.support.servers import Server, new_agent
from urbact_graph.problems import QUERY_TIMEOUT, ProblemError
from urbact_graph.web.protocol import DIRECT, FORM

QUERY = "SELECT DISTINCT ?o { ?s ?p ?o }"
STORED, MISS, HIT = "fwd=miss; stored", "fwd=miss", "hit"


# ---- The gateway, without processes ------------------------------------------------------------


async def answered(client: Client) -> tuple[int, str]:
    await client.response()
    return client.status, client.cache


async def evaluated(running: Clients, *sent: Client) -> list[str]:
    """Return what the cache did at each request; ``running`` must have evaluated one query."""
    found = [(await client.response()).cache for client in sent]
    assert len(running.engine.queries) == 1
    return found


@asynchronous
async def test_the_second_response_is_the_first_one() -> None:
    async with clients() as running:
        first = await running.query(QUERY).response()
        second = await running.query(QUERY).response()
        assert await evaluated(running, first, second) == [STORED, HIT]
    assert second.body == first.body
    timing = first.headers["server-timing"]
    assert re.fullmatch(r"query;dur=[0-9]+\.[0-9]", timing)
    assert second.headers == {
        **first.headers,
        "server-timing": f"{timing}, cache;desc=hit",
        "cache-status": "urbact-graph; hit",
    }
    assert first.headers["cache-control"] == "public, no-cache"


@pytest.mark.parametrize("path", ["/health", "/metrics"])
@asynchronous
async def test_what_changes_each_time_is_not_cached(path: str) -> None:
    async with clients() as running:
        for _ in range(2):
            assert await answered(running.send(path)) == (200, MISS)


@asynchronous
async def test_head_and_get_share_an_entry() -> None:
    async with clients() as running:
        for query, methods in ((QUERY, ("HEAD", "GET")), (QUERY + " ", ("GET", "HEAD"))):
            first = await running.query(query, methods[0]).response()
            second = await running.query(query, methods[1]).response()
            assert (first.cache, second.cache) == (STORED, HIT)
            head, full = (first, second) if methods[0] == "HEAD" else (second, first)
            assert (head.body, bool(full.body)) == (b"", True)
            assert head.headers["content-length"] == str(len(full.body))
            assert head.headers["etag"] == full.headers["etag"]
        assert len(running.engine.queries) == 2


@asynchronous
async def test_forms_and_direct_posts_are_cached_by_their_body_and_type() -> None:
    form = urlencode({"query": QUERY}).encode()
    async with clients() as running:

        async def post(body: bytes, **headers: str) -> tuple[int, str]:
            return await answered(running.send("/sparql", "POST", body, **headers))

        for _ in range(2):
            expected = STORED if not running.engine.queries else HIT
            assert await post(form, content_type=FORM) == (200, expected)
        assert await post(QUERY.encode(), content_type=DIRECT) == (200, STORED)
        assert await post(QUERY.encode(), content_type=DIRECT) == (200, HIT)
        # The same bytes as something else are something else.
        assert await post(QUERY.encode(), content_type="text/plain") == (415, MISS)
        assert await post(QUERY.encode(), content_type=FORM) == (400, MISS)
        compressed = {"content_type": DIRECT, "content_encoding": "gzip"}
        assert await post(QUERY.encode(), **compressed) == (415, MISS)
        assert await post(form, content_type=FORM) == (200, HIT)
        assert len(running.engine.queries) == 2


@asynchronous
async def test_other_parameters_and_headers_have_their_own_entries() -> None:
    targets = [
        "/sparql?" + urlencode(parameters, doseq=True)
        for parameters in (
            {"query": QUERY},
            {"query": QUERY + " "},
            {"query": QUERY, "format": "csv"},
            {"query": QUERY, "default-graph-uri": "x:g"},
            {"query": QUERY, "named-graph-uri": "x:g"},
            {"query": QUERY, "default-graph-uri": ["x:g", "x:h"]},
            {"query": QUERY, "default-graph-uri": ["x:h", "x:g"]},
            {"query": QUERY, "timeout": "5"},
        )
    ]
    async with clients() as running:
        for expected in (STORED, HIT):
            for target in targets:
                assert await answered(running.send(target)) == (200, expected)
            for accept in ("text/csv", "application/sparql-results+xml"):
                found = running.send(targets[0], accept=accept)
                assert await answered(found) == (200, expected)
                assert found.headers["content-type"].partition(";")[0] == accept
        assert len(running.engine.queries) == len(targets) + 2


@asynchronous
async def test_compressed_and_plain_responses_are_kept_apart() -> None:
    async with clients() as running:
        running.engine.size = 5_000
        plain = await running.query(QUERY).response()
        packed = await running.query(QUERY, accept_encoding="gzip, deflate").response()
        again = await running.query(QUERY, accept_encoding="gzip;q=1").response()
        identity = await running.query(QUERY, accept_encoding="gzip;q=0").response()
    assert [one.cache for one in (plain, packed, again, identity)] == [STORED, STORED, HIT, HIT]
    assert packed.headers["content-encoding"] == again.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers | identity.headers
    assert again.body == packed.body
    assert identity.body == plain.body
    assert gzip.decompress(again.body).endswith(b"x" * 5_000)
    assert "Accept-Encoding" in plain.headers["vary"]
    assert again.headers["content-length"] == str(len(packed.body))


@asynchronous
async def test_a_client_that_has_the_response_gets_a_304_from_the_cache() -> None:
    async with clients() as running:
        first = await running.query(QUERY).response()
        tag, date = first.headers["etag"], first.headers["last-modified"]
        past = "Thu, 01 Jan 1970 00:00:00 GMT"
        cases: list[tuple[dict[str, str], int]] = [
            ({"if_none_match": tag}, 304),
            ({"if_none_match": "*"}, 304),
            ({"if_none_match": f'"other", {tag}'}, 304),
            ({"if_none_match": '"other"'}, 200),
            ({"if_modified_since": date}, 304),
            ({"if_modified_since": past}, 200),
            ({"if_none_match": '"other"', "if_modified_since": date}, 200),
            ({"if_none_match": tag, "if_modified_since": past}, 304),
        ]
        for method in ("GET", "HEAD"):
            for conditions, status in cases:
                client = running.query(QUERY, method, **conditions)
                assert await answered(client) == (status, HIT), conditions
                if status == 304:
                    assert client.body == b""
                    assert client.headers["etag"] == tag
                    assert {"content-type", "content-length"} & set(client.headers) == set()
        assert len(running.engine.queries) == 1


@asynchronous
async def test_a_post_is_not_answered_with_304() -> None:
    async with clients() as running:
        for _ in range(2):
            body, given = QUERY.encode(), {"content_type": DIRECT, "if_none_match": "*"}
            found = await running.send("/sparql", "POST", body, **given).response()
            assert (found.status, bool(found.body)) == (200, True)


@asynchronous
async def test_a_document_is_cached_though_its_first_client_had_it_already() -> None:
    async with clients() as running:
        first = await running.send("/limits").response()
        tag = first.headers["etag"]
    async with clients() as running:
        known = await running.send("/limits", if_none_match=tag).response()
        second = await running.send("/limits").response()
    assert (known.status, known.cache) == (304, STORED)
    assert (second.status, second.cache, second.body) == (200, HIT, first.body)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/sparql?format=csv", 400),
        ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", 400),
        ("/sparql?update=DROP%20ALL", 403),
        ("/dumps/nothing", 404),
    ],
)
@asynchronous
async def test_problems_are_not_cached(target: str, status: int) -> None:
    async with clients() as running:
        for _ in range(2):
            found = await running.send(target).response()
            assert (found.status, found.cache) == (status, MISS)
            assert found.headers["cache-control"] == "no-store"
            assert "etag" not in found.headers


@asynchronous
async def test_a_problem_of_a_query_is_not_cached() -> None:
    async with clients() as running:
        running.engine.problem = ProblemError(QUERY_TIMEOUT, "It took too long.")
        for _ in range(2):
            assert await answered(running.query(QUERY)) == (503, MISS)
        running.engine.problem = None
        assert await answered(running.query(QUERY)) == (200, STORED)


@pytest.mark.parametrize("call", ["RAND()", "NOW()", "UUID()", "STRUUID()", "BNODE()"])
@asynchronous
async def test_a_volatile_query_is_not_cached(call: str) -> None:
    async with clients() as running:
        bodies = set()
        for _ in range(2):
            found = await running.query(f"SELECT ({call} AS ?x) {{}}").response()
            assert (found.status, found.cache) == (200, MISS)
            assert found.headers["cache-control"] == "no-store"
            assert "etag" not in found.headers
            bodies.add(found.body)
        assert len(bodies) == len(running.engine.queries) == 2


@asynchronous
async def test_a_reload_empties_the_cache() -> None:
    async with clients() as running:
        old = await running.query(QUERY).response()
        for version in ("two", "one"):
            running.reload(version)
            new = await running.query(QUERY, if_none_match=old.headers["etag"]).response()
            if version == "two":
                assert (new.status, new.cache) == (200, STORED)
                assert new.body.startswith(b"two")
                assert new.headers["etag"] != old.headers["etag"]
            else:
                # The client has the answer of this version: there is nothing to evaluate.
                assert (new.status, new.cache) == (304, MISS)
            assert await answered(running.query(QUERY + " ")) == (200, STORED)
            assert running.gateway.cache.size < 2 * 3_000, "the older entries are gone"


@asynchronous
async def test_a_response_of_the_version_before_is_not_cached() -> None:
    async with clients() as running:
        running.engine.hold()
        late = running.query(QUERY)
        await running.until(lambda: len(running.engine.queries) == 1)
        running.reload("two")
        running.engine.release()
        new = await running.query(QUERY).response()
        assert await answered(late) == (200, MISS)
        assert late.body.startswith(b"one")
        assert new.body.startswith(b"two")
        again = await running.query(QUERY).response()
        assert (again.cache, again.body) == (HIT, new.body)


@asynchronous
async def test_a_large_response_is_not_cached() -> None:
    async with clients(max_cache_bytes=40_000) as running:
        running.engine.size = 10_000
        for _ in range(2):
            assert await answered(running.query(QUERY)) == (200, MISS)
        running.engine.size = 5_000
        assert await answered(running.query(QUERY)) == (200, STORED)
        assert await answered(running.query(QUERY)) == (200, HIT)


@asynchronous
async def test_without_a_cache_every_query_is_evaluated() -> None:
    async with clients(max_cache_bytes=0) as running:
        for _ in range(2):
            first = await running.query(QUERY).response()
            assert first.cache == MISS
        assert len(running.engine.queries) == 2
        known = running.query(QUERY, if_none_match=first.headers["etag"])
        assert await answered(known) == (304, MISS)


# ---- The real server ---------------------------------------------------------------------------


def test_answers_pages_and_parts_of_the_graph_come_from_the_cache(server: Server) -> None:
    answers = server.metric("answers_total")
    for path in ("/sparql?query=ASK%7B%3Fs%3Fp%3Fo%7D", "/sparql", "/robots.txt"):
        # As no other test accepts it.
        headers = {"Accept": "*/*;q=0.25"}
        first, second = server.fetch(path, headers), server.fetch(path, headers)
        head = server.fetch(path, headers, "HEAD")
        assert [first.cache, second.cache, head.cache] == [STORED, HIT, HIT]
        assert (second.body, head.body) == (first.body, b"")
        assert head.headers["Content-Length"] == str(len(first.body))
        known = server.fetch(path, {**headers, "If-None-Match": first.headers["ETag"]})
        assert (known.status, known.body, known.cache) == (304, b"", HIT)
    assert server.metric("answers_total") == answers + 1


DOCUMENTS = [
    "/",
    "/void",
    "/ontology.ttl",
    "/sitemap.xml",
    "/network/greenplace.html",
    "/network/greenplace.ttl",
    "/city/pl/wroclaw.jsonld",
]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_documents_and_pages_come_from_the_cache(demo_server: Server, path: str) -> None:
    first = demo_server.fetch(path, {"Accept": "text/html, */*;q=0.5"})
    again = demo_server.fetch(path, {"Accept": "text/html, */*;q=0.5"})
    assert (first.status, again.status, again.cache) == (200, 200, HIT)
    assert again.body == first.body
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    known = demo_server.fetch(path, {"If-None-Match": first.headers["ETag"], "Accept": "text/html"})
    assert (known.status, known.body) == (304, b"")


def test_its_use_is_counted(server: Server) -> None:
    misses, hits = server.metric("cache_misses_total"), server.metric("cache_hits_total")
    size = server.metric("cache_bytes")
    caches = [server.query("SELECT * { ?s ?p ?o } # counted").cache for _ in range(3)]
    assert caches == [STORED, HIT, HIT]
    assert server.metric("cache_hits_total") == hits + 2
    # Each look at the metrics is a miss, too.
    assert server.metric("cache_misses_total") > misses
    assert server.metric("cache_bytes") > size


def test_the_access_log_says_what_the_cache_did(server: Server) -> None:
    agent = new_agent()
    for _ in range(2):
        server.query(f"ASK {{}} # {agent}", User_Agent=agent)
    server.fetch("/limits", {"User-Agent": agent, "Range": "bytes=0-1"})
    logged = [line.get("cache", "") for line in server.logged(agent, 3)]
    assert logged[:2] == ["miss", "hit"]

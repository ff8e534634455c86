"""The response cache by itself: what it keeps, and how much."""

from prometheus_client import CollectorRegistry, generate_latest

from urbact_graph.server.response_cache import CacheCollector, Entry, ResponseCache
from urbact_graph.web.response import Representation


def entry(size: int = 1_000) -> Entry:
    return Entry(Representation([("Content-Type", "text/plain")], b"x" * size), "/", "")


def filled(cache: ResponseCache, *names: str, size: int = 1_000, generation: int = 1) -> None:
    for name in names:
        if cache.get((generation, name)) is None:
            cache.put((generation, name), entry(size))


def held(cache: ResponseCache, *names: str, generation: int = 1) -> list[str]:
    return [name for name in names if cache.get((generation, name))]


def test_an_entry_is_found_by_its_key_only() -> None:
    cache, kept = ResponseCache(100_000), entry()
    assert cache.get((1, "a")) is None
    assert cache.put((1, "a"), kept)
    assert cache.get((1, "a")) is kept
    assert cache.get((1, "b")) is None
    assert (cache.hits, cache.misses) == (1, 2)


def test_an_entry_has_the_headers_of_a_hit() -> None:
    assert entry(5).headers == [
        ("Content-Type", "text/plain"),
        ("Content-Length", "5"),
        ("Cache-Status", "urbact-graph; hit"),
    ]


def test_the_total_of_bytes_is_bounded() -> None:
    cache = ResponseCache(20_000)
    for number in range(30):
        filled(cache, str(number))
        assert cache.size <= 20_000
    assert cache.size > 10_000
    assert held(cache, "0", "29") == ["29"]


def test_keys_count_as_well() -> None:
    cache = ResponseCache(100_000)
    for number in range(40):
        filled(cache, f"{number}{'x' * 20_000}", size=1)
    assert len(held(cache, *(f"{number}{'x' * 20_000}" for number in range(40)))) <= 4


def test_an_entry_takes_at_most_a_quarter() -> None:
    cache = ResponseCache(40_000)
    filled(cache, "small")
    assert not cache.put((1, "large"), entry(10_000))
    assert held(cache, "small", "large") == ["small"]
    assert cache.put((1, "just"), entry(7_000))


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    cache = ResponseCache(0)
    filled(cache, "a")
    assert not held(cache, "a")
    assert cache.size == 0


def test_the_least_recently_used_entry_is_evicted() -> None:
    cache = ResponseCache(14_000)
    filled(cache, "a", "b", "c", "d", size=1_400)
    assert held(cache, "a") == ["a"]
    filled(cache, "e", size=1_400)
    assert held(cache, "a", "b", "c", "d", "e") == ["a", "c", "d", "e"]


def test_a_newer_generation_empties_it() -> None:
    cache = ResponseCache(100_000)
    filled(cache, "a", "b")
    assert cache.get((2, "a")) is None
    assert cache.size == 0
    assert not cache.put((1, "a"), entry()), "of the generation before"
    assert cache.put((2, "a"), entry())
    assert held(cache, "a", generation=2) == ["a"]


def test_its_numbers_are_metrics() -> None:
    cache, registry = ResponseCache(100_000), CollectorRegistry()
    registry.register(CacheCollector(cache))
    filled(cache, "a")
    held(cache, "a")
    page = generate_latest(registry).decode()
    assert "urbact_graph_cache_hits_total 1.0" in page
    assert "urbact_graph_cache_misses_total 1.0" in page
    assert f"urbact_graph_cache_bytes {cache.size:.1f}" in page

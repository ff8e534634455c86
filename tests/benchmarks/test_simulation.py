"""The mix and the simulated users: what is popular, what queues cost, and what a cache saves."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from benchmarks.beyond_report import Checked, Simulated, checks_table, users_table
from benchmarks.load import Run
from benchmarks.popularity import Cost, Crowd, Mix, Wanted
from benchmarks.simulation import House, Outcome, Users, simulate

PAGES = [Wanted("page", f"/{number}", "text/html") for number in range(200)]
PAGE = Cost(web=0.01, engine=0.0, hit=0.001, size=1_000)
QUERY = Cost(web=0.0, engine=0.1, hit=0.001, size=1_000)


def mix(requests: list[Wanted] = PAGES, anew: float = 0.0) -> Mix:
    return Mix(requests, ["SELECT * {}\n"], seed=1, anew=anew)


def outcome(
    cost: Cost, users: Users, asked: Mix, cores: int = 2, ends: int = 1, cache: int = 10**9
) -> Outcome:
    costs = {"page": [cost], "query written anew": [cost]}
    return simulate(House(ends, cores, cache), users, asked, costs, seed=1)


# The mix --------------------------------------------------------------------------------------


def test_requests_are_drawn_by_zipfs_law() -> None:
    drawn = Counter(place for place, _ in itertools.islice(mix().draws(), 20_000))
    # The second is wanted 2^0.8 times less than the first, the hundredth 100^0.8 times.
    assert drawn[0] / drawn[1] == pytest.approx(2**0.8, rel=0.1)
    assert drawn[0] / drawn[99] == pytest.approx(100**0.8, rel=0.35)
    assert set(drawn) <= set(range(200))


def test_a_share_of_queries_is_new_each_time() -> None:
    drawn = list(itertools.islice(mix(anew=0.2).draws(), 5_000))
    new = [wanted.path for place, wanted in drawn if place < 0]
    assert len(new) == pytest.approx(1_000, rel=0.1)
    assert len(set(new)) == len(new)
    others = itertools.islice(mix(anew=0.2).draws(stream=1), 5_000)
    assert not {place for place, _ in others if place < 0} & {place for place, _ in drawn}


def test_equal_seeds_give_equal_draws() -> None:
    first, again = (list(itertools.islice(mix(anew=0.1).draws(), 50)) for _ in range(2))
    assert first == again
    assert mix().requests != PAGES
    assert set(mix().requests) == set(PAGES)


# Users ----------------------------------------------------------------------------------------


def test_one_who_is_alone_waits_for_the_work_alone() -> None:
    alone = outcome(PAGE, Users(1, 0.0, 10.0), mix(anew=1.0))
    assert alone.rate == pytest.approx(100, rel=0.02)
    assert alone.within(99) == pytest.approx(0.01)
    # One of two cores.
    assert alone.busy == pytest.approx(0.5, rel=0.02)
    assert (alone.hits, alone.coalesced, alone.refused) == (0, 0, 0)


def test_a_web_process_does_one_thing_at_a_time_and_front_ends_add_up() -> None:
    four = Users(4, 0.0, 10.0)
    together = outcome(PAGE, four, mix(anew=1.0), cores=8)
    assert together.within(50) == pytest.approx(0.04)
    apart = outcome(PAGE, four, mix(anew=1.0), cores=8, ends=2)
    assert apart.rate == pytest.approx(2 * together.rate, rel=0.02)


def test_queries_take_as_many_cores_as_there_are() -> None:
    four = Users(4, 0.0, 10.0)
    two, eight = (outcome(QUERY, four, mix(anew=1.0), cores=cores) for cores in (2, 8))
    assert two.within(50) == pytest.approx(0.2)
    assert eight.within(50) == pytest.approx(0.1)


def test_a_long_query_makes_room_for_a_short_one() -> None:
    costs = {"page": [Cost(0.0, 0.01, 0.001, 1)], "query written anew": [Cost(0.0, 5.0, 0.001, 1)]}
    some = Mix(PAGES, ["SELECT * {}\n"], seed=1, anew=0.5)
    found = simulate(House(1, 1), Users(6, 0.0, 60.0), some, costs, seed=1)
    # Behind five long ones it waits for five time slices, not for their ends.
    assert found.within(10) < 6 * 0.25 + 0.02


def test_more_than_may_wait_are_refused() -> None:
    crowd = outcome(QUERY, Users(40, 0.0, 10.0), mix(anew=1.0))
    assert crowd.refused > 0
    assert not outcome(QUERY, Users(18, 0.0, 10.0), mix(anew=1.0)).refused


def test_what_was_asked_before_comes_from_the_cache() -> None:
    one = Users(1, 0.0, 5.0)
    cached = outcome(PAGE, one, mix(PAGES[:1]))
    assert cached.misses == 1
    assert cached.hit_rate > 0.99
    assert cached.within(50) == pytest.approx(0.001)
    # Two requests of a kilobyte each do not fit.
    small = outcome(PAGE, one, mix(PAGES[:2]), cache=1_500)
    assert 0.2 < small.hit_rate < 0.8


def test_equal_requests_in_flight_are_evaluated_once() -> None:
    found = outcome(QUERY, Users(5, 0.0, 0.15), mix(PAGES[:1]))
    assert (found.misses, found.coalesced) == (1, 4)


def test_cores_that_others_use_as_well_take_longer() -> None:
    costs = {"page": [PAGE], "query written anew": [PAGE]}
    halved = simulate(House(1, 2, share=0.5), Users(1, 0.0, 10.0), mix(anew=1.0), costs, seed=1)
    assert halved.within(50) == pytest.approx(0.02)
    assert halved.rate == pytest.approx(50, rel=0.02)
    # Half of a core's time is all that there is of it.
    assert halved.busy == pytest.approx(0.5, rel=0.02)
    assert halved.processor_seconds == pytest.approx(5, rel=0.02)


def test_a_measured_run_stands_beside_its_simulation_and_their_ratio() -> None:
    run = Run([0.02] * 50, seconds=1.0)
    seen = Crowd(2, run, 30, 20, processor_seconds=1.0, client_seconds=0.1, repeated=0.6, share=0.5)
    same = Outcome(1.0, times=[0.01] * 100, hits=30, misses=70, processor_seconds=1.0)
    measured, simulated, ratios = checks_table([Checked(seen, same)]).rows
    assert measured[:6] == ["2", "measured", "50%", "50", "50", "20 ms"]
    assert simulated[3:7] == ["100", "100", "10 ms", "30%"]
    assert [each for each in ratios if "×" in each] == [
        *("2.00 ×", "0.50 ×", "0.50 ×"),
        *("0.50 ×", "0.50 ×"),
    ]


def test_who_reads_asks_less_and_the_beginning_is_not_counted() -> None:
    users = Users(100, 10.0, 200.0, warming=100.0)
    found = outcome(PAGE, users, mix())
    assert found.rate == pytest.approx(10, rel=0.15)
    assert found.hit_rate > 0.7
    row = users_table([Simulated(House(1, 2), users, found)]).rows[0]
    assert row[:3] == ["100", "1", "2"]

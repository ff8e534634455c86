"""Scheduler and cancellation: who runs, who waits, who leaves, and that no turn is ever lost."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from urbact_graph.engine import scheduler as module
from urbact_graph.engine.cancellation import Cancellation
from urbact_graph.engine.local import Engine
from urbact_graph.engine.scheduler import Slot, Scheduler
from urbact_graph.problems import ProblemError
from urbact_graph.settings import Settings

from tests.support.engines import ENDLESS, request, together, until, write_facts


def refused(
    scheduler: Scheduler, seconds: float = 20.0, told: Cancellation | None = None, client: str = ""
) -> ProblemError:
    with pytest.raises(ProblemError) as raised, scheduler.turn(seconds, told or Cancellation(), client):
        pytest.fail("a turn was given")
    return raised.value


def all_taken(scheduler: Scheduler, running: int) -> ExitStack:
    stack = ExitStack()
    for _ in range(running):
        stack.enter_context(scheduler.turn(1.0, Cancellation()))
    return stack


def test_as_many_run_as_may_and_the_next_waits() -> None:
    scheduler = Scheduler(2, 0, 5)
    with all_taken(scheduler, 1):
        assert scheduler.is_free
        with all_taken(scheduler, 1):
            assert not scheduler.is_free
            assert scheduler.running == 2
            refused(scheduler)
        assert scheduler.is_free
    assert scheduler.running == 0


def test_those_who_wait_come_in_the_order_of_their_coming() -> None:
    scheduler, order = Scheduler(1, 20, 5), list[int]()

    def come(number: int) -> None:
        with scheduler.turn(20.0, Cancellation()):
            order.append(number)

    with ExitStack() as stack, all_taken(scheduler, 1):
        for number in range(10):
            stack.enter_context(together(partial(come, number)))
            until(lambda: scheduler.waiting == number + 1)  # noqa: B023
        assert order == []
    assert order == list(range(10))
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_a_turn_given_back_goes_to_who_waits_not_to_who_comes() -> None:
    scheduler = Scheduler(1, 1, 5)
    came, may_go = threading.Event(), threading.Event()

    def wait_for_it() -> None:
        with scheduler.turn(20.0, Cancellation()):
            came.set()
            may_go.wait(20)

    with ExitStack() as stack:
        with all_taken(scheduler, 1):
            stack.enter_context(together(wait_for_it))
            until(lambda: scheduler.waiting == 1)
        # Handed over in giving back: it is never free in between.
        assert not scheduler.is_free
        assert came.wait(20)
        assert scheduler.running == 1
        may_go.set()


@pytest.mark.parametrize("waiting", [0, 1, 3])
def test_no_more_wait_than_may(waiting: int) -> None:
    scheduler, told = Scheduler(1, waiting, 5), Cancellation()
    with all_taken(scheduler, 1), together(*[lambda: refused(scheduler, told=told)] * waiting):
        until(lambda: scheduler.waiting == waiting)
        error = refused(scheduler)
        assert f"{waiting} queries are waiting already" in error.detail
        assert error.problem.name == "overloaded"
        told.cancel()
    assert scheduler.waiting == 0


def test_a_turn_that_does_not_come_in_time_is_told() -> None:
    scheduler = Scheduler(1, 1, 5)
    with all_taken(scheduler, 1):
        assert "no turn came within 0.01 s" in refused(scheduler, seconds=0.01).detail
        assert scheduler.waiting == 0
        assert scheduler.running == 1
    assert scheduler.is_free


@pytest.mark.parametrize(("pause", "header"), [(0.2, "1"), (1, "1"), (10.0, "10"), (12.6, "13")])
def test_who_is_refused_is_told_when_to_come_again(pause: float, header: str) -> None:
    scheduler = Scheduler(1, 0, pause)
    with all_taken(scheduler, 1):
        error = refused(scheduler)
    assert error.headers == {"Retry-After": header}
    assert f"try again in {header} s" in error.detail


def test_who_leaves_while_waiting_frees_the_place_at_once() -> None:
    scheduler, told, errors = Scheduler(1, 1, 5), Cancellation(), list[ProblemError]()
    with (
        all_taken(scheduler, 1),
        together(lambda: errors.append(refused(scheduler, told=told))) as threads,
    ):
        until(lambda: scheduler.waiting == 1)
        told.cancel()
        threads[0].join(timeout=20)
        assert [error.problem.name for error in errors] == ["client-closed-request"]
        assert scheduler.waiting == 0
        # The place is another's, the turn still whose it was.
        assert "no turn came" in refused(scheduler, seconds=0.01).detail
        assert scheduler.running == 1
    assert scheduler.is_free


def test_who_has_left_before_does_not_wait() -> None:
    scheduler, told = Scheduler(1, 1, 5), Cancellation()
    told.cancel()
    with all_taken(scheduler, 1):
        assert refused(scheduler, told=told).problem.name == "client-closed-request"
        assert scheduler.waiting == 0


def test_a_turn_is_given_back_after_an_error() -> None:
    scheduler = Scheduler(1, 0, 5)
    with pytest.raises(KeyError), scheduler.turn(1.0, Cancellation()):
        raise KeyError
    assert scheduler.is_free


def test_a_turn_handed_over_as_the_wait_ends_is_not_lost() -> None:
    scheduler, ran, gave_up = Scheduler(2, 3, 5), list[int](), list[int]()
    most = threading.Semaphore(2)

    def hammer(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        for _ in range(300):
            told = Cancellation()
            leaving = threading.Timer(chance.uniform(0, 0.0004), told.cancel)
            if chance.random() < 0.1:
                leaving.start()
            try:
                # About as long as others have theirs, so that both often come at one time.
                with scheduler.turn(chance.uniform(0, 0.0003), told):
                    assert most.acquire(blocking=False), "more run than may"
                    threading.Event().wait(chance.uniform(0, 0.0002))
                    most.release()
                ran.append(seed)
            except ProblemError:
                gave_up.append(seed)

    with together(*(partial(hammer, seed) for seed in range(8))):
        pass
    assert len(ran) + len(gave_up) == 8 * 300
    assert ran
    assert gave_up
    assert (scheduler.running, scheduler.waiting) == (0, 0), "a turn was lost or given twice"
    assert scheduler.is_free


# What those that are held up may take together, and what one takes that never can be.
HELD, HEAVY = 200_000_000, 300_000_000


class Process:
    """Notes what is done with it; a process that is killed is done with its query."""

    def __init__(self, memory_bytes: int) -> None:
        self.memory_bytes = memory_bytes
        self.is_stopped = False
        self.is_done = threading.Event()
        self.suspended = self.resumed = self.killed = 0

    def suspend(self) -> None:
        self.suspended += 1
        self.is_stopped = True

    def resume(self) -> None:
        self.resumed += 1
        self.is_stopped = False

    def kill(self) -> None:
        self.killed += 1
        self.is_done.set()


class Query:
    """A query of ``client``, which a process works on until it is done."""

    def __init__(self, scheduler: Scheduler, client: str, process: Process) -> None:
        self.process = process
        self.began = threading.Event()
        self.ended = threading.Event()
        self.turn: Slot | None = None
        self.problem: ProblemError | None = None
        self._turns, self._client = scheduler, client

    def __call__(self) -> None:
        try:
            with (
                self._turns.turn(20.0, Cancellation(), self._client) as self.turn,
                self.turn.taken_by(self.process),
            ):
                self.began.set()
                self.process.is_done.wait(20)
        except ProblemError as error:
            self.problem = error
        self.ended.set()

    def is_suspended(self) -> bool:
        return self.process.is_stopped

    def end(self) -> None:
        self.process.is_done.set()
        assert self.ended.wait(20)


class Asking:
    """Has queries ask for scheduler, in a thread each; they have all ended when the block has."""

    def __init__(self, scheduler: Scheduler, stack: ExitStack) -> None:
        self.queries: list[Query] = []
        self._turns, self._stack = scheduler, stack

    def comes(self, client: str = "", takes: int = 0) -> Query:
        query = Query(self._turns, client, Process(takes))
        self.queries.append(query)
        self._stack.enter_context(together(query))
        return query

    def begins(self, client: str = "", takes: int = 0) -> Query:
        query = self.comes(client, takes)
        assert query.began.wait(20)
        return query

    def waits(self, client: str = "", takes: int = 0) -> Query:
        waiting = self._turns.waiting
        query = self.comes(client, takes)
        until(lambda: self._turns.waiting == waiting + 1)
        return query


@contextmanager
def asking(scheduler: Scheduler) -> Iterator[Asking]:
    with ExitStack() as stack:
        made = Asking(scheduler, stack)
        try:
            yield made
        finally:
            for query in made.queries:
                query.process.is_done.set()


def test_who_comes_gets_in_after_a_moment_although_all_turns_are_taken() -> None:
    scheduler = Scheduler(2, 5, 5, HELD)
    with asking(scheduler) as queries:
        long = [queries.begins() for _ in range(2)]
        assert (scheduler.running, scheduler.waiting) == (2, 0)
        queries.begins()
        # One of them has made room, and counts as waiting.
        until(lambda: sum(query.is_suspended() for query in long) == 1)
        assert (scheduler.running, scheduler.waiting) == (2, 1)
        assert not scheduler.is_free
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_who_takes_much_memory_is_not_held_up() -> None:
    scheduler = Scheduler(2, 5, 5, HELD)
    with asking(scheduler) as queries:
        heavy, light = queries.begins(takes=HEAVY), queries.begins()
        queries.begins(takes=HEAVY)
        assert light.is_suspended()
        assert heavy.process.suspended == 0
        # Nor is anybody else, as long as there is no other.
        assert "no turn came" in refused(scheduler, seconds=0.6).detail
        assert [query.process.suspended for query in queries.queries] == [0, 1, 0]


def test_those_held_up_take_no_more_memory_together_than_they_may() -> None:
    scheduler = Scheduler(1, 9, 5, HELD)
    with asking(scheduler) as queries:
        large = [queries.begins(takes=size) for size in (HELD // 2, HELD // 2, HELD // 2)]
        # A third as large does not fit beside two, a small one always does.
        assert [query.is_suspended() for query in large] == [True, True, False]
        assert "no turn came" in refused(scheduler, seconds=0.6).detail
        large[2].process.memory_bytes = 1_000_000
        queries.begins(takes=HEAVY)
        assert [query.is_suspended() for query in large] == [True, True, True]


def test_without_a_bound_whoever_takes_much_is_held_up_too() -> None:
    scheduler = Scheduler(1, 9, 5)
    with asking(scheduler) as queries:
        first = queries.begins(takes=HEAVY)
        queries.begins()
        assert first.process.suspended == 1


def test_who_has_no_process_yet_is_not_held_up() -> None:
    scheduler = Scheduler(1, 5, 5, HELD)
    with all_taken(scheduler, 1):
        assert "no turn came" in refused(scheduler, seconds=0.6).detail
        assert scheduler.running == 1


def test_who_was_held_up_goes_on_when_a_turn_is_free() -> None:
    scheduler = Scheduler(1, 5, 5, HELD)
    with asking(scheduler) as queries:
        first = queries.begins()
        second = queries.begins()
        third = queries.begins(takes=HEAVY)
        assert first.is_suspended()
        assert second.is_suspended()
        assert (scheduler.running, scheduler.waiting) == (1, 2)
        third.end()
        # In the order in which they were held up.
        until(lambda: not first.is_suspended())
        assert second.process.resumed == 0
        first.end()
        until(lambda: not second.is_suspended())
        second.end()
    assert (scheduler.running, scheduler.waiting) == (0, 0)
    assert [query.process.killed for query in queries.queries] == [0, 0, 0]


def test_the_time_for_which_a_query_is_held_up_does_not_count() -> None:
    scheduler = Scheduler(1, 5, 5, HELD)
    with asking(scheduler) as queries:
        first, second = queries.begins(), queries.begins()
        until(first.is_suspended)
        assert first.turn
        before = first.turn.seconds
        assert second.turn
        until(lambda: second.turn is not None and second.turn.seconds > 0.05)
        assert first.turn.seconds == before > 0


def test_who_takes_over_a_query_that_is_held_up_is_so_too() -> None:
    scheduler = Scheduler(1, 5, 5, HELD)
    with asking(scheduler) as queries:
        first, _ = queries.begins(), queries.begins()
        until(first.is_suspended)
        assert first.turn
        other = Process(0)
        with first.turn.taken_by(other):
            assert other.suspended == 1
        assert other.resumed == 1


def test_who_comes_goes_before_who_was_held_up() -> None:
    scheduler = Scheduler(1, 5, 5, HELD)
    with asking(scheduler) as queries:
        held_up, heavy = queries.begins(), queries.begins(takes=HEAVY)
        newcomer = queries.waits(takes=HEAVY)
        heavy.end()
        assert newcomer.began.wait(20)
        assert held_up.is_suspended()
        assert held_up.process.resumed == 0


def test_long_ones_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TIME_SLICE", 0.05)
    scheduler = Scheduler(1, 5, 5, HELD)
    with asking(scheduler) as queries:
        long = [queries.comes() for _ in range(2)]
        for query in long:
            until(lambda: query.process.resumed >= 3)  # noqa: B023
        assert (scheduler.running, scheduler.waiting) == (1, 1)
        assert abs(long[0].process.suspended - long[1].process.suspended) <= 2
    assert not any(query.is_suspended() for query in long)


def test_a_process_that_was_done_as_it_was_held_up_goes_on() -> None:
    scheduler = Scheduler(1, 5, 5, HELD)
    with asking(scheduler) as queries:
        held_up = queries.begins()
        other = queries.begins(takes=HEAVY)
        assert held_up.is_suspended()
        held_up.end()
        # It is idle now, and must be able to take the next query.
        assert not held_up.is_suspended()
        assert held_up.process.killed == 0
        assert (scheduler.running, scheduler.waiting) == (1, 0)
        assert not other.ended.is_set()
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_the_client_that_has_fewest_queries_here_goes_first() -> None:
    scheduler, order = Scheduler(2, 9, 5, HELD), list[str]()
    with asking(scheduler) as queries:
        queries.begins("a", takes=HEAVY)
        last = queries.begins("x", takes=HEAVY)
        waiting = {name: queries.waits(name[0], takes=HEAVY) for name in ("a1", "a2", "b1", "b2")}
        for _ in range(4):
            last.end()
            until(lambda: any(query.began.is_set() for query in waiting.values()))
            [name] = [name for name, query in waiting.items() if query.began.is_set()]
            order.append(name)
            last = waiting.pop(name)
    assert order == ["b1", "b2", "a1", "a2"]


def test_who_is_held_up_counts_as_here() -> None:
    scheduler = Scheduler(1, 9, 5, HELD)
    with asking(scheduler) as queries:
        queries.begins("a")
        last = queries.begins("x", takes=HEAVY)
        waiting = [queries.waits(client, takes=HEAVY) for client in ("a", "b")]
        last.end()
        assert waiting[1].began.wait(20)
        assert not waiting[0].began.is_set()


def test_where_all_places_are_taken_the_greediest_client_gives_one() -> None:
    scheduler = Scheduler(1, 3, 5, HELD)
    with asking(scheduler) as queries:
        queries.begins("a", takes=HEAVY)
        first = queries.waits("a")
        other = queries.waits("b")
        last = queries.waits("a")
        newcomer = queries.comes("c", takes=HEAVY)
        assert last.ended.wait(20)
        assert last.problem is not None
        assert last.problem.problem.name == "overloaded"
        assert last.problem.headers == {"Retry-After": "5"}
        assert "others have fewer queries here than you" in last.problem.detail
        assert not last.began.is_set()
        assert (scheduler.running, scheduler.waiting) == (1, 3)
        assert not any(query.ended.is_set() for query in (first, other, newcomer))
    assert [query.problem for query in (first, other, newcomer)] == [None] * 3
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_who_gives_its_place_while_held_up_is_killed() -> None:
    scheduler = Scheduler(1, 1, 5, HELD)
    with asking(scheduler) as queries:
        held_up = queries.begins("a")
        running = queries.begins("a", takes=HEAVY)
        assert held_up.is_suspended()
        newcomer = queries.comes("b")
        assert held_up.ended.wait(20)
        assert held_up.process.killed == 1
        assert held_up.turn is not None
        assert held_up.turn.is_evicted
        until(lambda: scheduler.waiting == 1)
        running.end()
        assert newcomer.began.wait(20)
        assert running.process.killed == 0
    assert (scheduler.running, scheduler.waiting) == (0, 0)


def test_who_was_dismissed_before_it_had_a_process_is_killed_as_it_has() -> None:
    process = Process(0)
    turn = Slot("a", threading.Lock(), is_evicted=True)
    with turn.taken_by(process):
        assert process.killed == 1


def test_nobody_gives_a_place_to_who_has_as_many() -> None:
    scheduler = Scheduler(1, 1, 5, HELD)
    for others in ("a", "b"):
        with asking(scheduler) as queries:
            queries.begins("a", takes=HEAVY)
            queries.waits(others)
            # Another of the same client, and where each has one, one more of whomever.
            for client in ("a",) if others == "a" else ("a", "b", "c"):
                error = refused(scheduler, client=client)
                assert "1 queries are waiting already" in error.detail
        assert [query.problem for query in queries.queries] == [None, None]


def test_no_turn_is_lost_where_many_are_held_up_and_dismissed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, seconds in {"_MOMENT": 0.0, "_TIME_SLICE": 0.0, "_LOOK": 0.0005}.items():
        monkeypatch.setattr(module, name, seconds)
    scheduler, ran, gave_up = Scheduler(2, 3, 5, HELD), list[Process](), list[int]()

    def hammer(seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311
        for _ in range(150):
            process = Process(chance.choice((0, 0, 0, HELD // 2, HEAVY)))
            client = chance.choice("abc")
            try:
                with (
                    scheduler.turn(chance.uniform(0, 0.01), Cancellation(), client) as turn,
                    turn.taken_by(process),
                ):
                    process.is_done.wait(chance.uniform(0, 0.003))
                ran.append(process)
            except ProblemError:
                gave_up.append(seed)

    with together(*(partial(hammer, seed) for seed in range(8))):
        pass
    assert len(ran) + len(gave_up) == 8 * 150
    assert sum(process.suspended for process in ran) > 0
    assert not any(process.is_stopped for process in ran), "one is left as it was held up"
    assert (scheduler.running, scheduler.waiting) == (0, 0), "a turn was lost or given twice"


def test_the_engine_holds_up_and_dismisses_the_queries_of_who_has_many(tmp_path: Path) -> None:
    settings = Settings.load(max_running_queries=1, max_waiting_queries=1, query_timeout_seconds=20.0)
    told, errors = Cancellation(), list[ProblemError]()
    with Engine(settings, write_facts(tmp_path / "facts.nt")) as engine:

        def ask() -> None:
            with pytest.raises(ProblemError) as raised:
                engine.query(request(ENDLESS), client="192.0.2.1", cancellation=told)
            errors.append(raised.value)

        with together(ask, ask):
            until(lambda: len(engine.scheduler._suspended) == 1)
            # It gets both a place and a turn.
            assert b"true" in engine.query(request("ASK {}"), client="192.0.2.2").content
            until(lambda: bool(errors))
            told.cancel()
        assert [error.problem.name for error in errors] == ["overloaded", "client-closed-request"]
        assert "others have fewer queries here than you" in errors[0].detail
        assert (engine.scheduler.running, engine.scheduler.waiting) == (0, 0)
        assert b"true" in engine.query(request("ASK {}")).content


class Noted:
    """Counts how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> None:
        self.times += 1


def within(told: Cancellation, action: Callable[[], None]) -> None:
    with told.calls(action):
        told.cancel()
        told.cancel()


def test_what_is_registered_is_done_once_when_it_is_told() -> None:
    told, first, second = Cancellation(), Noted(), Noted()
    with told.calls(first), told.calls(second):
        assert not told.told
        assert (first.times, second.times) == (0, 0)
        told.cancel()
        assert told.told
        told.cancel()
        assert (first.times, second.times) == (1, 1)


def test_what_was_told_before_is_done_at_once() -> None:
    told, noted = Cancellation(), Noted()
    told.cancel()
    with told.calls(noted):
        assert noted.times == 1
        told.cancel()
    assert noted.times == 1


def test_nothing_is_done_after_the_block() -> None:
    told, noted, later = Cancellation(), Noted(), Noted()
    with told.calls(noted):
        pass
    with pytest.raises(KeyError), told.calls(noted):
        raise KeyError
    within(told, later)
    assert (noted.times, later.times) == (0, 1)


def test_one_action_registered_twice_is_done_for_each_block() -> None:
    told, noted = Cancellation(), Noted()
    with told.calls(noted):
        with told.calls(noted):
            pass
        told.cancel()
    assert noted.times == 1


def test_a_block_is_not_left_while_its_action_is_done() -> None:
    told, is_inside, ended = Cancellation(), threading.Event(), threading.Event()
    seen = list[bool]()

    def slowly() -> None:
        is_inside.set()
        seen.append(ended.wait(0.1))

    def block() -> None:
        with told.calls(slowly):
            is_inside.wait(20)
        ended.set()

    with together(block):
        until(lambda: bool(told._actions))
        told.cancel()
    assert seen == [False], "the block was left before its action was done"

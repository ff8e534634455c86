"""The benchmark of pages: what it measures, and of which pages."""

import os
import time

from benchmarks.first_loads import PAGES, clock_of


def test_the_clock_of_a_process_counts_its_processor_time() -> None:
    clock = clock_of(os.getpid())
    before, own = time.clock_gettime_ns(clock), time.process_time_ns()
    while time.process_time_ns() - own < 20_000_000:
        pass
    assert time.clock_gettime_ns(clock) - before >= 20_000_000


def test_no_page_is_measured_twice() -> None:
    assert len({path for _, path in PAGES}) == len({name for name, _ in PAGES}) == len(PAGES)

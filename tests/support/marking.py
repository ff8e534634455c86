"""Mark tests by what they need: the real graph, or processes; hold the second to be true."""

import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.support.scheduling import TOGETHER

# To build the real graph takes seconds, to validate it more.
_GRAPH_FIXTURES = {
    "built",
    "described",
    "release",
    "report",
    "store",
    "whole",
}
_PROCESS_FIXTURES = {"copy", "demo_app", "demo_server", "real_app"}
# Nearly every test of these rooms starts an engine or a server.
_PROCESS_ROOMS = {"engine", "server"}

_STARTS = {"os.fork", "os.forkpty", "os.posix_spawn", "subprocess.Popen"}
# The history of the sources is read by git, whenever they stand in a repository.
_ANYONES = {"git"}


class _Running:
    """The test that runs."""

    item: pytest.Item | None = None


def mark(items: Iterable[pytest.Item]) -> None:
    """Mark each test by its room and by the fixtures that it uses, directly or not."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & _GRAPH_FIXTURES:
            item.add_marker(pytest.mark.graph)
        if fixtures & _PROCESS_FIXTURES or item.path.parent.name in _PROCESS_ROOMS:
            item.add_marker(pytest.mark.process)


def skip_what_needs_the_embedded_engine(items: Iterable[pytest.Item]) -> None:
    """Skip the tests that are marked ``embedded_only``, each with its reason."""
    for item in items:
        if marker := item.get_closest_marker("embedded_only"):
            item.add_marker(pytest.mark.skip(reason=f"only the embedded engine: {marker.args[0]}"))


def is_wanted(item: pytest.Item, expression: str) -> bool:
    """Tell whether ``expression``, that of ``-m``, names the length of ``item`` if it is long."""
    for length in ("exhaustive", "slow"):
        if item.get_closest_marker(length):
            return length in expression
    return True


def sampled(
    cases: Iterable[object], one_in: int, others: pytest.MarkDecorator = pytest.mark.slow
) -> list[ParameterSet]:
    """Mark all but one in ``one_in`` of the cases of a table as slow, or ``others``.

    A case is a value, a tuple of the values of several parameters, or a pytest.param. What is
    returned is for parametrize.
    """
    marked = []
    for number, case in enumerate(cases):
        if isinstance(case, ParameterSet):
            one = case
        else:
            one = pytest.param(*case) if isinstance(case, tuple) else pytest.param(case)
        marks = [] if number % one_in == 0 else [others]
        marked.append(one._replace(marks=(*one.marks, *marks)))
    return marked


def with_long_files_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Put the files that start processes or need the real graph before all others.

    A file is run by one process of the session: when the long ones are done, there is work left for
    all of them. The first are the rooms that one process runs as a whole, which take the longest.
    """
    long = {
        item.path
        for item in items
        if item.get_closest_marker("graph") or item.get_closest_marker("process")
    }
    return sorted(
        items, key=lambda item: (not item.nodeid.startswith(TOGETHER), item.path not in long)
    )


def watch(item: pytest.Item | None) -> None:
    """Refuse from now on that ``item`` starts a process, unless it is marked ``process``."""
    _Running.item = item


def _refuse(event: str, arguments: tuple[object, ...], running: type[_Running] = _Running) -> None:
    # The names of the module are gone when the interpreter ends.
    item = running.item
    if item is None or event not in _STARTS or item.get_closest_marker("process"):
        return
    program = Path(str(arguments[0])).name if arguments else ""
    if program not in _ANYONES:
        raise AssertionError(f"{item.nodeid} starts a process ({program}): mark it `process`")


sys.addaudithook(_refuse)

"""The tables, made by a forked process, which shares the memory of the graph with this one."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from multiprocessing.connection import Connection

from urbact_graph.errors import DatasetError
from urbact_graph.parent_death import end_with_parent
from urbact_graph.release.tables import Table


def forked(make: Callable[[], Mapping[str, Table]]) -> Mapping[str, Table]:
    """Begin to make the tables that ``make`` returns; whoever reads one waits for all.

    The calling process must have no other thread. Reading raises a DatasetError that ``make`` does.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    context.Process(target=_make, args=(make, theirs, os.getpid()), daemon=True).start()
    theirs.close()
    return _Tables(ours)


class _Tables(Mapping[str, Table]):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def _tables(self) -> dict[str, Table]:
        try:
            found = self._connection.recv()
        except EOFError:
            raise DatasetError("The tables could not be made; try again.") from None
        if isinstance(found, DatasetError):
            raise found
        tables: dict[str, Table] = found
        return tables

    def __getitem__(self, name: str) -> Table:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)


def _make(make: Callable[[], Mapping[str, Table]], connection: Connection, parent: int) -> None:
    end_with_parent(signal.SIGKILL, parent)
    found: Mapping[str, Table] | DatasetError
    try:
        found = make()
    except DatasetError as error:
        found = error
    connection.send(found)

"""The standard streams of the command, in whatever state it finds them.

Python has no stream where a descriptor is closed, so that a file or a socket opened later would
take its number; it reports an answer that could not be written only after the command has ended;
and it fails at a character that the terminal's encoding lacks.
"""

import contextlib
import io
import os
import select
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, TextIO

from urbact_graph.errors import UrbactGraphError

if TYPE_CHECKING:
    from typing_extensions import Buffer

_INPUT, _OUTPUT, _ERRORS = 0, 1, 2
# What ends at a character that the encoding lacks, or writes bytes that no terminal shows.
_STRICT = frozenset(("strict", "surrogateescape", "surrogatepass"))
# The descriptors that were closed when the command was started.
_closed: set[int] = set()


class OutputError(UrbactGraphError):
    """Standard output, or standard input, cannot be used."""


class ReaderGoneError(Exception):
    """The program that read standard output has ended, as ``head`` does after ten lines."""


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """Make the standard streams usable while the block runs, and write everything at its end.

    A descriptor that is closed is opened the wrong way round, so that its use fails and no other
    file gets its number. What the encoding lacks is written as a question mark. Windows has a
    stream of its own for its terminal, which stays.

    Raises:
        OutputError: standard output is closed, or its disk is full.
        ReaderGoneError: the process that read it has closed it.
    """
    if os.name == "nt":
        _replace_what_lacks(sys.stdout, sys.stderr)
        yield
        return
    _occupy_descriptors()
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(_INPUT, closefd=False)))
    if sys.stdout is None or _is_own(sys.stdout, _OUTPUT):
        sys.stdout = _replaced(sys.stdout, _Output(_OUTPUT, "w", closefd=False))
    if sys.stderr is None or _is_own(sys.stderr, _ERRORS):
        sys.stderr = _replaced(sys.stderr, _Errors(_ERRORS, "w", closefd=False))
    yield
    sys.stdout.flush()


def is_output_closed() -> bool:
    """Return whether standard output was closed when the command was started."""
    return _OUTPUT in _closed


def read_input() -> bytes:
    """Return all of standard input.

    Raises:
        OutputError: it is closed, or cannot be read.
    """
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise OutputError(
            f"Standard input cannot be read ({error.strerror}); name a file, or pipe the query in."
        ) from None


class _Output(io.FileIO):
    """Standard output, whose errors are distinguished from those of other files.

    After a failure it takes everything and writes nothing, so that Python does not try again when
    it ends.
    """

    has_failed = False

    def write(self, data: "Buffer", /) -> int:
        if self.has_failed:
            return memoryview(data).nbytes
        try:
            while (written := super().write(data)) is None:
                # The reader has made the pipe one that does not wait.
                select.select((), (self,), ())
        except BrokenPipeError:
            self.has_failed = True
            raise ReaderGoneError from None
        except OSError as error:
            self.has_failed = True
            reason = "it is closed" if is_output_closed() else error.strerror
            raise OutputError(
                f"Standard output cannot be written ({reason}), so the answer is lost; send it to "
                "a file or a program that takes it."
            ) from None
        return written


class _Errors(io.FileIO):
    """Standard error; an error in writing to it is ignored, as it cannot be reported."""

    def write(self, data: "Buffer", /) -> int:
        with contextlib.suppress(OSError):
            super().write(data)
        return memoryview(data).nbytes


def _occupy_descriptors() -> None:
    # A message may be lost; an answer must not be.
    ways = {_INPUT: os.O_WRONLY, _OUTPUT: os.O_RDONLY, _ERRORS: os.O_WRONLY}
    for descriptor, way in ways.items():
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest number that is free is this one, as those below it are open by now.
            _closed.add(descriptor)
            opened = os.open(os.devnull, way)
            os.set_inheritable(opened, True)  # noqa: FBT003 - it takes no keyword
            assert opened == descriptor  # noqa: S101


def _replace_what_lacks(*streams: TextIO) -> None:
    """Have ``streams`` write a question mark for each character that their encoding lacks."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and stream.errors in _STRICT:
            stream.reconfigure(errors="replace")


def _is_own(stream: TextIO, descriptor: int) -> bool:
    """Return whether ``stream`` is the one that Python made, not one of a test or a notebook."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return stream in (sys.__stdout__, sys.__stderr__) and stream.fileno() == descriptor
    return False


def _replaced(stream: TextIO | None, raw: io.FileIO) -> TextIO:
    if stream is not None:
        with contextlib.suppress(OSError):
            stream.flush()
    errors = (stream and stream.errors) or "strict"
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding if stream else "utf-8",
        errors="replace" if errors in _STRICT else errors,
        line_buffering=raw.isatty(),
    )

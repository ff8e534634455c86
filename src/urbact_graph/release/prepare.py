"""Prepare the release of the graph: build, validate, write, and make it the current one.

It is also a program, ``python -m urbact_graph.release.prepare`` (see process.py), because a server
that did this itself would keep the memory that it takes.
"""

import contextlib
import gc
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Never

from urbact_graph.dataset.building import Build, build, unwritable
from urbact_graph.dataset.inventory import left_out
from urbact_graph.errors import UrbactGraphError
from urbact_graph.files import alone
from urbact_graph.progress import Stage, progress_bar, quiet
from urbact_graph.release.making import make_release, standing_release
from urbact_graph.release.process import follow_parent, writing_dumps
from urbact_graph.release.release import Release
from urbact_graph.settings import Settings, Validator
from urbact_graph.sources import GraphSources, build_folder, find_sources
from urbact_graph.validation.outcome import REPORT_NAME, is_known_valid, record

# As shells report a command that SIGINT ended.
INTERRUPTED = 130

if TYPE_CHECKING:
    from urbact_graph.validation.report import Report


class ViolationsError(UrbactGraphError):
    """A graph with violations, which is not published; ``report`` has them."""

    def __init__(self, report: "Report", base: str) -> None:
        self.report = report
        first = report.results[0]
        super().__init__(
            f"The graph has violations: {first.rule_name} at {first.entity.removeprefix(base)} in "
            f"{first.file} ({first.message}), for example; `urbact-graph validate` lists all of "
            "them with their remedies."
        )


def prepare(settings: Settings, stage: Stage = quiet) -> Release:
    """Return the release of the graph as its sources are now, made current.

    What was built, validated and written before is used again where it is still right. Other
    processes that prepare or build in the same folder wait.

    Raises:
        ViolationsError: the graph has violations.
        UrbactGraphError: it cannot be built, checked or written.
    """
    sources = find_sources(settings)
    folder = build_folder(settings, sources)
    with alone(folder):
        with stage("Building") as progress:
            built = build(sources, folder, progress)
        report = folder / REPORT_NAME
        is_valid = is_known_valid(built, sources, folder)
        release = standing_release(built, sources, folder, report) if is_valid else None
        if release is None:
            with writing_dumps(built.dataset, built.version, sources.base, folder) as dumps:
                if not is_valid:
                    with stage("Validating"):
                        found = validate_build(built, sources, folder, settings.validator)
                    if not found.conforms:
                        raise ViolationsError(found, sources.base)
                with stage("Writing the release"):
                    release = make_release(built, sources, folder, report, dumps)
        release.touch()
        return release


def validate_build(
    built: Build, sources: GraphSources, folder: Path, validator: Validator = "auto"
) -> "Report":
    """Validate ``built``, record the outcome in ``folder``, and return the report.

    The outcome holds for every ``validator``, since they report the same.

    Raises:
        UrbactGraphError: the check could not be run, or the folder not be written.
    """
    # pySHACL takes longer to import than a graph that is known to be valid takes to prepare.
    from urbact_graph.validation.validating import validate  # noqa: PLC0415

    report = validate(built.dataset, sources, validator)
    try:
        record(built, sources, folder, report.to_rdf(sources.base), conforms=report.conforms)
    except OSError as error:
        raise unwritable(folder, error) from None
    return report


def main(arguments: Sequence[str]) -> int:
    """Prepare the release of the settings given as JSON, and print the path of its folder.

    With "watched" behind them standard error shows progress and a table of violations. Return the
    exit code: 1 for violations that were watched, 2 for any other error, printed in a sentence, and
    130 after Ctrl-C.
    """
    settings, is_watched = Settings(**json.loads(arguments[0])), "watched" in arguments[1:]
    # A reload is begun by the server, whose terminal's signals come to this process too.
    signal.signal(signal.SIGINT, _interrupt)
    follow_parent("SIGTERM")
    # The process ends when it is done, so that no memory needs to be freed before.
    gc.disable()
    try:
        release = prepare(settings, progress_bar if is_watched else quiet)
    except ViolationsError as error:
        if not is_watched:
            return _failed(str(error))
        from rich.console import Console  # noqa: PLC0415

        from urbact_graph.validation.table import print_table  # noqa: PLC0415

        print_table(error.report, Console(stderr=True), settings.base_iri)
        return 1
    except UrbactGraphError as error:
        return _failed(f"Error: {error}" if is_watched else str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    if is_watched:
        sys.stderr.writelines(f"Note: {remark}\n" for remark in left_out(find_sources(settings)))
    # Bytes, as the encoding of the locale may lack a character of the name.
    sys.stdout.buffer.write(os.fsencode(release.folder) + b"\n")
    return 0


def _interrupt(*_: object) -> Never:
    """Stop, and remove what is half written; the terminal and the parent may both signal."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _failed(sentence: str) -> int:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{sentence}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Progress of long work, on the terminal's error stream."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from urbact_graph.dataset.building import Progress as Report

_LONGEST_NAME = 40


@contextmanager
def progress_bar(title: str) -> Iterator[Report]:
    """Show a bar while the block runs; it is gone afterwards, and absent where nobody watches."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[step]}"),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title, total=None, step="")

        def report(step: str, done: int, steps: int) -> None:
            bar.update(task, completed=done, total=steps, step=step[-_LONGEST_NAME:])

        yield report


@contextmanager
def spinner(title: str) -> Iterator[None]:
    """Show that work of unknown length goes on."""
    console = Console(stderr=True)
    with console.status(title):
        yield

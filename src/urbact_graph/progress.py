"""Progress of long work: how it is reported, and the bar that shows it on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

# Called with the step that begins, how many steps are done, and how many there are; 0 where that is
# not known.
Progress = Callable[[str, int, int], None]
# Called with the title of a part of the work; the part reports its steps while the block runs.
Stage = Callable[[str], AbstractContextManager[Progress]]

_LONGEST_STEP = 40


@contextmanager
def quiet(_title: str) -> Iterator[Progress]:
    """Show nothing."""
    yield lambda *_: None


@contextmanager
def progress_bar(title: str) -> Iterator[Progress]:
    """Show a bar on standard error while the block runs; nothing where that is no terminal.

    Work that reports no steps has a bar that moves.
    """
    # Only long work needs rich, which takes a while to import.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, SpinnerColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[count]} [dim]{task.fields[step]}"),
    )
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None, count="", step="")

        def report(step: str, done: int, steps: int) -> None:
            shown = step[-_LONGEST_STEP:]
            count = f"{done}/{steps}" if steps else ""
            bar.update(task, completed=done, total=steps or None, count=count, step=shown)

        yield report

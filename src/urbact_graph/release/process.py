"""How the program of prepare.py is started, as a process of its own that gives its memory back."""

import sys

from urbact_graph.settings import Settings


def prepare_command(settings: Settings, *, watched: bool = False) -> list[str]:
    """Return the command that prepares the release of ``settings`` and prints its folder.

    With ``watched`` it shows its progress, and a table of violations, on standard error.
    """
    command = [sys.executable, "-m", "urbact_graph.release.prepare", settings.model_dump_json()]
    return [*command, "watched"] if watched else command

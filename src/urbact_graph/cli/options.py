"""Options that several commands have; each is a setting, so its help is the settings table's.

The table is imported only when the help is shown.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])

_TYPES: dict[str, Any] = {
    "sources": click.Path(path_type=Path, file_okay=False),
    "build_folder": click.Path(path_type=Path, file_okay=False),
    "dataset": click.Path(path_type=Path, dir_okay=False),
    "port": int,
    "validator": click.Choice(["auto", "fast", "pyshacl"]),
    "query_timeout_seconds": float,
    "client_quota_seconds": float,
}
_SWITCHES = {"access_log", "log_queries"}
# May be given several times.
_REPEATED = {"engine"}
_FLAGS = {"foreign"}


class SettingOption(click.Option):
    """The option of the setting with its name."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return what is shown of it, with the help that the settings table has now."""
        self.help = _help(str(self.name))
        return super().get_help_record(ctx)


def setting_options(*names: str) -> Callable[[Function], Function]:
    """Add an option for each of the settings ``names``; not given, it is passed as None."""

    def decorate(function: Function) -> Function:
        for name in reversed(names):
            function = _option(name)(function)
        return function

    return decorate


def _option(name: str) -> Callable[[Function], Function]:
    option = name.replace("_", "-")
    if name in _REPEATED:
        return click.option(
            f"--{option}",
            name,
            cls=SettingOption,
            multiple=True,
            callback=lambda _context, _option, values: values or None,
        )
    if name in _FLAGS:
        return click.option(f"--{option}", name, cls=SettingOption, is_flag=True, default=None)
    if name in _SWITCHES:
        declaration, kind = f"--{option}/--no-{option}", bool
    else:
        declaration, kind = f"--{option}", _TYPES.get(name, str)
    return click.option(declaration, name, cls=SettingOption, type=kind, default=None)


def _help(name: str) -> str:
    from pydantic_core import PydanticUndefined  # noqa: PLC0415

    from urbact_graph.settings import ENVIRONMENT_PREFIX, Settings  # noqa: PLC0415

    field = Settings.model_fields[name]
    default = ""
    if field.annotation is bool:
        default = "; on by default" if field.default else "; off by default"
    elif field.default not in (None, PydanticUndefined, ()):
        default = f"; {field.default} by default"
    description = field.description or name
    sentence = description[:1].upper() + description[1:]
    return f"{sentence}{default} [{ENVIRONMENT_PREFIX}{name.upper()}]."

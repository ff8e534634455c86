"""Options that several commands have; each is a setting, so its help is the settings table's."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic_core import PydanticUndefined

from urbact_graph.settings import ENVIRONMENT_PREFIX, Settings

Function = TypeVar("Function", bound=Callable[..., Any])

_TYPES: dict[str, Any] = {
    "sources": click.Path(path_type=Path, file_okay=False),
    "build_folder": click.Path(path_type=Path, file_okay=False),
    "dataset": click.Path(path_type=Path, dir_okay=False),
    "port": int,
    "query_timeout_seconds": float,
    "client_quota_seconds": float,
}


def setting_options(*names: str) -> Callable[[Function], Function]:
    """Add an option for each of the settings ``names``; not given, it is passed as None."""

    def decorate(function: Function) -> Function:
        for name in reversed(names):
            function = _option(name)(function)
        return function

    return decorate


def _option(name: str) -> Callable[[Function], Function]:
    field = Settings.model_fields[name]
    default = ""
    if field.annotation is bool:
        default = "; on by default" if field.default else "; off by default"
    elif field.default not in (None, PydanticUndefined, ()):
        default = f"; {field.default} by default"
    option = name.replace("_", "-")
    is_switch = field.annotation is bool
    return click.option(
        f"--{option}/--no-{option}" if is_switch else f"--{option}",
        name,
        type=bool if is_switch else _TYPES.get(name, str),
        default=None,
        help=f"{_sentence(field.description or name)}{default} "
        f"[{ENVIRONMENT_PREFIX}{name.upper()}].",
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]

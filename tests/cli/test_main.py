"""The command itself: its help, its version, what it imports, its errors."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import click
import pytest

import urbact_graph
from tests.support.commands import run
from urbact_graph.cli import main
from urbact_graph.cli.main import COMMANDS
from urbact_graph.cli.options import SettingOption
from urbact_graph.settings import Settings


def command(name: str) -> click.Command:
    found = main.get_command(click.Context(main), name)
    assert found is not None
    return found


def test_help_lists_every_command_with_its_first_sentence() -> None:
    text = run("--help").output
    assert "Examples:" in text
    listed = " ".join(text.split("Commands:")[1].split())
    for name, sentence in COMMANDS.items():
        assert f"{name} {sentence}" in listed
        first = str(command(name).help).split("\n\n")[0]
        assert " ".join(first.split()) == sentence


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_shows_examples(name: str) -> None:
    text = run(name, "--help").output
    assert text == run(name, "-h").output
    assert "Example" in text
    assert re.search(rf"^    urbact-graph {name}\b", text, re.MULTILINE)


def test_commands_are_modules_that_are_called_after_them() -> None:
    folder = Path(str(sys.modules[main.__module__].__file__)).parent
    for name in COMMANDS:
        assert (folder / f"{name}.py").exists() or (folder / f"{name}_.py").exists()


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").output == f"urbact-graph, version {urbact_graph.__version__}\n"
    assert re.match(r"\d+\.\d+", urbact_graph.__version__)
    with pytest.raises(AttributeError, match="has no attribute 'verzion'"):
        _ = urbact_graph.verzion  # type: ignore[attr-defined,unused-ignore]


def test_an_unknown_command_is_refused() -> None:
    assert "No such command 'sevre'" in run("sevre", code=2).stderr


# What takes long to import.
_HEAVY = ("flask", "granian", "pydantic", "pyoxigraph", "pyshacl", "rdflib", "rich")


@pytest.mark.process
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["reload", "--port", "1"]])
def test_a_quick_command_imports_nothing_heavy(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    script = tmp_path / "script.py"
    script.write_text(
        "import contextlib, sys\n"
        "from urbact_graph.cli import main\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main(sys.argv[2:])\n"
        "print('imported:', *sorted(set(sys.argv[1].split(',')) & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script), ",".join(_HEAVY), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "imported:"


# Settings -------------------------------------------------------------------------------------


def options() -> list[tuple[str, SettingOption]]:
    return [
        (name, option)
        for name in COMMANDS
        for option in command(name).params
        if isinstance(option, SettingOption)
    ]


@pytest.mark.parametrize(("name", "option"), options(), ids=lambda x: getattr(x, "name", x))
def test_the_option_of_a_setting_takes_what_the_setting_takes(
    name: str, option: SettingOption
) -> None:
    field = Settings.model_fields[str(option.name)]
    kinds = {kind for kind in (field.annotation, *get_args(field.annotation)) if kind}
    expected: dict[object, type[click.ParamType[Any]]] = {
        bool: click.types.BoolParamType,
        int: click.types.IntParamType,
        float: click.types.FloatParamType,
        Path: click.Path,
    }
    if get_origin(field.annotation) is Literal:
        assert isinstance(option.type, click.Choice)
        assert set(option.type.choices) == set(get_args(field.annotation))
    else:
        wanted = next(
            (expected[kind] for kind in kinds if kind in expected), click.types.StringParamType
        )
        assert isinstance(option.type, wanted)
    assert option.is_flag == (field.annotation is bool)
    text = " ".join(run(name, "--help").output.split())
    assert str(field.description)[1:] in text
    assert f"[URBACT_GRAPH_{str(option.name).upper()}]" in text


def test_options_have_defaults_in_their_help() -> None:
    text = " ".join(run("serve", "--help").output.split())
    assert "; 8000 by default [URBACT_GRAPH_PORT]" in text
    assert "; on by default [URBACT_GRAPH_ACCESS_LOG]" in text
    assert "; off by default [URBACT_GRAPH_LOG_QUERIES]" in text


def test_an_option_overrides_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBACT_GRAPH_PORT", "1")
    assert "on port 2;" in run("reload", "--port", "2", code=2).stderr
    assert "on port 1;" in run("reload", code=2).stderr


def test_a_misspelt_setting_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBACT_GRAPH_PROT", "8001")
    for name in ("build", "reload"):
        assert "URBACT_GRAPH_PORT" in run(name, code=2).stderr


def test_a_wrong_value_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("URBACT_GRAPH_QUERY_TIMEOUT_SECONDS", "soon")
    result = run("query", "ASK {}", code=2)
    assert result.stderr.startswith("Error: ")
    assert "query_timeout_seconds" in result.stderr
    assert "URBACT_GRAPH_QUERY_TIMEOUT_SECONDS" in result.stderr

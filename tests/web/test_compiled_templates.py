"""Compiled templates: kept for the next start, and compiled anew where they are not those."""

import sys
from pathlib import Path
from types import CodeType

import pytest
from jinja2 import DictLoader, Environment

from urbact_graph.web.compiled_templates import CompiledTemplates


def rendered(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, bool]:
    """Return what a template of ``text`` gives, and whether it was compiled for that."""
    compiled: list[str] = []
    environment = Environment(
        loader=DictLoader({"page.html": text}),
        bytecode_cache=CompiledTemplates(folder),
        autoescape=True,
    )
    compile_ = environment._compile

    def noted(source: str, filename: str) -> CodeType:
        compiled.append(filename)
        return compile_(source, filename)

    monkeypatch.setattr(environment, "_compile", noted)
    return environment.get_template("page.html").render(), bool(compiled)


@pytest.fixture(autouse=True)
def _writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rendered(tmp_path, "{{ 1 + 1 }}", monkeypatch) == ("2", True)
    assert rendered(tmp_path, "{{ 1 + 1 }}", monkeypatch) == ("2", False)
    (file,) = kept(tmp_path)
    assert (file.parent.name, file.suffix) == ("__pycache__", ".pyc")


def test_a_changed_template_is_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered(tmp_path, "{{ 1 + 1 }}", monkeypatch)
    assert rendered(tmp_path, "{{ 1 + 2 }}", monkeypatch) == ("3", True)
    assert rendered(tmp_path, "{{ 1 + 2 }}", monkeypatch) == ("3", False)


@pytest.mark.parametrize("length", [0, 10, 40, 200])
def test_what_is_damaged_is_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    rendered(tmp_path, "{{ 1 + 1 }}", monkeypatch)
    (file,) = kept(tmp_path)
    content = file.read_bytes()
    assert len(content) > 200
    file.write_bytes(content[:length])
    assert rendered(tmp_path, "{{ 1 + 1 }}", monkeypatch) == ("2", True)
    assert rendered(tmp_path, "{{ 1 + 1 }}", monkeypatch) == ("2", False)


def test_nothing_is_kept_where_python_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert rendered(tmp_path, "{{ 1 + 1 }}", monkeypatch) == ("2", True)
    assert kept(tmp_path) == []


def test_what_cannot_be_written_is_compiled_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "__pycache__").write_text("a file in the place of the folder")
    assert rendered(tmp_path, "{{ 1 + 1 }}", monkeypatch) == ("2", True)
    assert rendered(tmp_path, "{{ 1 + 1 }}", monkeypatch) == ("2", True)

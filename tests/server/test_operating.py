"""The unit and the container file of docs/operating.md, as far as this machine can try them."""

import ast
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

from tests.support.servers import Server
from tests.support.waiting import DEADLINE, until
from urbact_graph.cli.main import main

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
ANALYZE = shutil.which("systemd-analyze")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)[:1]
    return str(found)


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the container file with their arguments."""
    lines = [line.partition(" ") for line in block("dockerfile").splitlines() if line]
    return [(name, arguments) for name, _, arguments in lines]


def command(name: str) -> list[str]:
    """Return the command that an instruction states as a list."""
    (found,) = [arguments for each, arguments in instructions() if each == name]
    words = ast.literal_eval(found[found.index("[") :])
    assert all(isinstance(word, str) for word in words)
    return list(words)


@pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not installed")
def test_the_unit_is_one_that_systemd_takes(tmp_path: Path) -> None:
    # The program need not be installed here.
    text = block("ini").replace("/opt/urbact-graph/bin/urbact-graph", sys.executable)
    unit = tmp_path / "urbact-graph@.service"
    unit.write_text(text)
    assert ANALYZE
    done = subprocess.run(
        [ANALYZE, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    unit.write_text(text.replace("ProtectHome", "ProtectAll"))
    done = subprocess.run(
        [ANALYZE, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
    )
    assert "Unknown key" in done.stderr


def test_the_commands_of_unit_and_container_file_are_ones_that_serve_takes() -> None:
    (start,) = re.findall(r"^ExecStart=(.*)$", block("ini"), re.MULTILINE)
    for words in (
        shlex.split(start.replace("%i", "8000"))[1:],
        [*command("ENTRYPOINT"), *command("CMD")][1:],
    ):
        result = CliRunner().invoke(main, [*words, "--help"])
        assert result.exit_code == 0, result.output
        result = CliRunner().invoke(main, [*words, "--no-such-option"])
        assert "--no-such-option" in result.output


def test_the_container_file_installs_the_wheel_with_extras_that_there_are() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    known = {"FROM", "COPY", "RUN", "USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"}
    assert {name for name, _ in instructions()} == known | {"ENTRYPOINT", "CMD"}
    wheel = project["name"].replace("-", "_")
    assert f"dist/{wheel}-*.whl" in block("dockerfile")
    for extra in re.findall(r"\[([a-z,]+)\]\"", block("dockerfile")):
        assert set(extra.split(",")) <= set(project["optional-dependencies"])
    for name, arguments in instructions():
        if name == "RUN":
            subprocess.run(["sh", "-n", "-c", arguments], check=True)
    assert command("ENTRYPOINT") == list(project["scripts"])


def test_the_health_check_tells_whether_the_server_answers(session_server: Server) -> None:
    words = command("HEALTHCHECK")
    code = words[-1].replace("8000", str(session_server.port))
    for text, expected in ((code, 0), (code.replace("/health", "/no-such-page"), 1)):
        done = subprocess.run(
            [sys.executable, *words[1:-1], text], capture_output=True, check=False
        )
        assert done.returncode == expected, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs namespaces")
def test_the_server_runs_as_the_first_process_of_a_container(tmp_path: Path) -> None:
    file = tmp_path / "data.nt"
    file.write_text("<http://e.org/a> <http://e.org/b> <http://e.org/c> .\n")
    log = tmp_path / "log"
    words = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", sys.executable]
    words += ["-m", "urbact_graph", "serve", "--port", "0", "--dataset", str(file)]
    with log.open("w") as output:
        process = subprocess.Popen(words, stdout=output, stderr=output)
    try:
        address = re.compile(r" at (http://[^/]*)/$", re.MULTILINE)
        until(lambda: bool(address.search(log.read_text()) or process.poll()), "the start")
        found = address.search(log.read_text())
        assert found, log.read_text()
        with urlopen(f"{found[1]}/health") as response:
            assert json.load(response)["status"] == "ok"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGTERM)
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()

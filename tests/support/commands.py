"""Run commands as a user types them, and spoil sources that they read."""

from pathlib import Path

from click.testing import CliRunner, Result

from urbact_graph.cli import main


def run(*arguments: str, code: int = 0, typed: str | None = None) -> Result:
    """Run ``urbact-graph`` with ``typed`` on standard input; it is to end with ``code``."""
    result = CliRunner().invoke(main, arguments, input=typed)
    assert result.exit_code == code, result.output
    return result


def spoil(root: Path) -> None:
    """Have a network of the demo in ``root`` end before it starts, which violates a shape."""
    file = root / "data" / "networks" / "greenplace.ttl"
    text = file.read_text("utf-8")
    assert 'urb:end "2025-12-31"' in text
    file.write_text(text.replace('urb:end "2025-12-31"', 'urb:end "2020-12-31"'), "utf-8")

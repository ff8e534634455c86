"""The site of the documentation, built once for all processes of the session."""

from pathlib import Path

import pytest
from docs.site.building import make

from tests.conftest import ROOT, alone, shared_folder

pytest.importorskip("sphinx")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site; that there is no warning is a part of it."""
    folder = shared_folder(tmp_path_factory) / "site"
    with alone(folder.with_name("site-lock")):
        make(folder, ROOT)
    return folder

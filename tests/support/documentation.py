"""The site of the documentation, built once for all processes of the session."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.releases import shared_folder
from urbact_graph.files import alone


def built_site(folders: pytest.TempPathFactory) -> Path:
    """Build the site, if it has not been; that there is no warning is a part of it."""
    pytest.importorskip("sphinx")
    from docs.site.building import make  # noqa: PLC0415

    folder = shared_folder(folders) / "site"
    with alone(folder.with_name("site-lock")):
        make(folder, ROOT)
    return folder

"""The site of the documentation."""

from pathlib import Path

import pytest

from tests.support.documentation import built_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site, once for all processes of the session."""
    return built_site(tmp_path_factory)

"""How the property tests run: quick and the same each time, or long and by chance."""

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis.configuration import set_hypothesis_home_dir

# The variable that names the profile.
PROFILE = "HYPOTHESIS_PROFILE"


def load_profile() -> None:
    """Load the profile that HYPOTHESIS_PROFILE names: ``quick`` (the default) or ``long``.

    Neither keeps examples: a failure that ``long`` finds is written into its test with @example.
    No check depends on the speed of the machine.

    Raises:
        hypothesis.errors.InvalidArgument: there is no such profile.
    """
    # Tables of characters, made once; by default a folder in the working copy.
    set_hypothesis_home_dir(Path(tempfile.gettempdir()) / f"urbact-graph-hypothesis-{os.getuid()}")
    for name, examples, is_fixed in (("quick", 25, True), ("long", 5_000, False)):
        settings.register_profile(
            name,
            max_examples=examples,
            derandomize=is_fixed,
            database=None,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            print_blob=True,
        )
    settings.load_profile(os.environ.get(PROFILE, "quick"))

"""What the local engine needs of the system that it runs on."""

import os


def can_fork_workers() -> bool:
    """Tell whether there is what worker processes need: fork and pidfd, as Linux has them."""
    return hasattr(os, "fork") and hasattr(os, "pidfd_open")

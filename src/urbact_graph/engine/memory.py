"""The memory of processes."""

import resource
from pathlib import Path


def resident_bytes(pid: int) -> int:
    """Return the memory that a process occupies, shared or not; 0 if there is no such process."""
    try:
        statm = Path(f"/proc/{pid}/statm").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(statm.split()[1]) * resource.getpagesize()

"""When a server that is busy asks to be asked again."""

import contextlib
import time
from collections.abc import Mapping
from email.message import Message
from email.utils import parsedate_to_datetime


def seconds_to_wait(headers: Message | Mapping[str, str]) -> float | None:
    """Return the seconds of the Retry-After header (RFC 9110, section 10.2.3); None without one."""
    text = headers.get("Retry-After", "")
    if text.isascii() and text.isdigit():
        return float(text)
    with contextlib.suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    return None

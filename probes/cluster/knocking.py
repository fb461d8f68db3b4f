"""Whether anybody listens at the address of a Ray cluster, and why Ray does not let this program in; without Ray."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from probes.cluster.launcher import ClusterError

KNOCK_SECONDS = 5.0
REFUSED = ("authentication", "unauthenticated", "token")


def knock(address: str) -> None:
    """Fail within seconds where nobody listens at an address: Ray itself would try for a minute.

    Raises:
        ClusterError: it is the address of Ray's web page, does not resolve, or does not answer.
    """
    if address == "auto":
        return
    parts = urlsplit(address if "://" in address else f"//{address}")
    if parts.scheme in ("http", "https"):
        raise ClusterError("page-of-ray", address)
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or not port or parts.scheme not in ("", "ray"):
        raise ClusterError("no-address", address)
    try:
        socket.create_connection((host, port), KNOCK_SECONDS).close()
    except socket.gaierror:
        raise ClusterError("unknown-host", host) from None
    except OSError as error:
        raise ClusterError("nobody-answers", f"{host}:{port}: {error.strerror or type(error).__name__}") from None


def word_of(error: Exception) -> str:
    """Return the word for why Ray does not let this program in."""
    text = str(error).casefold()
    if "version mismatch" in text or ("version" in text and "python" in text):
        return "other-version"
    if any(word in text or word in type(error).__name__.casefold() for word in REFUSED):
        return "refused"
    if "could not find any running ray instance" in text:
        return "no-ray-here"
    return "not-joined"

"""Whether anybody listens at the address of a Ray cluster, and why Ray does not let this program in; without Ray."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from probes.cluster.launcher import ClusterError

KNOCK_SECONDS = 5.0
REFUSED = ("authenticationerror", "unauthenticated", "authtoken", "authentication token")

OTHER_VERSION = ("could not read 'temp_dir' from gcs", "attributeerror: 'jobconfig' object has no attribute")
"""What an older or newer Ray stumbles over before it compares versions."""


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


def reason_of(error: Exception) -> ClusterError:
    """Return why Ray does not let this program in; what it raised may only say so in its cause."""
    causes = [error, *filter(None, (error.__cause__, error.__context__))]
    whole = " ".join(f"{type(cause).__name__} {cause}" for cause in causes).casefold()
    return ClusterError(_word_of(str(error).casefold(), whole), _in_one_line(causes))


def _word_of(said: str, whole: str) -> str:
    """Return the word for an error of Ray, by what it says and what it says with its causes."""
    if any(word in whole for word in REFUSED):
        return "refused"
    if (
        "version mismatch" in said
        or ("version" in said and "python" in said)
        or any(sign in whole for sign in OTHER_VERSION)
    ):
        return "other-version"
    if "ray[client]" in said:
        return "no-client"
    if "could not find any running ray instance" in said:
        return "no-ray-here"
    return "not-joined"


def _in_one_line(causes: Sequence[BaseException]) -> str:
    """Return what the first of some errors says that says anything: of a traceback its last line."""
    said = next((str(cause) for cause in causes if str(cause).strip()), type(causes[0]).__name__)
    lines = said.strip().split("\n")
    return lines[-1] if any(line.startswith("Traceback") for line in lines) else " ".join(said.split())

"""`python -m probes.cluster.link ORDER`: how fast the network is between two nodes, by a socket alone."""

from __future__ import annotations

import json
import socket
import sys
import time

CHUNK = bytes(1 << 16)
SENDING_SECONDS = 1.0
MEETING_SECONDS = 20.0


def main() -> None:
    """Receive on rank 0, send on rank 1; rank 0 prints the Mbit/s that arrived."""
    order = json.loads(sys.argv[1])
    host, port = order["address"]
    if order["place"] == 0:
        sys.stdout.write(json.dumps({"link_mbit": round(receive(host, port), 1)}) + "\n")
    else:
        send(host, port)


def receive(host: str, port: int) -> float:
    """Return the rate at which bytes come in, from the first to the last of them, in Mbit/s."""
    with socket.create_server((host, port)) as server:
        server.settimeout(MEETING_SECONDS)
        connection, _ = server.accept()
        with connection:
            connection.settimeout(MEETING_SECONDS)
            connection.recv(1, socket.MSG_WAITALL)
            begin, count = time.perf_counter(), 0
            while received := connection.recv(1 << 20):
                count += len(received)
            return 8e-6 * count / (time.perf_counter() - begin)


def send(host: str, port: int) -> None:
    """Send for a second."""
    until_met = time.monotonic() + MEETING_SECONDS
    while True:
        try:
            connection = socket.create_connection((host, port), 1.0)
            break
        except OSError:
            if time.monotonic() > until_met:
                raise
            time.sleep(0.1)
    with connection:
        until = time.monotonic() + SENDING_SECONDS
        while time.monotonic() < until:
            connection.sendall(CHUNK)


if __name__ == "__main__":
    main()

"""Runs several child processes: one after another, a few at a time, or in turn."""

from __future__ import annotations

import selectors
from collections.abc import Iterator, Sequence

from probes.parent.process import Child, Ending, Order

TICK_SECONDS = 0.1


def run_children(orders: Iterator[Order], at_most: int = 1) -> Iterator[Ending]:
    """Run the orders, at most `at_most` at a time, and yield how each ended as it ends.

    An order is taken from `orders` only when there is room for it. Closing the iterator kills what is still running.
    """
    alive = list[Child]()
    try:
        while True:
            while len(alive) < at_most and (order := next(orders, None)) is not None:
                alive.append(Child(order))
            if not alive:
                return
            _wait_for_events(alive)
            yield from _finish_ended(alive)
    finally:
        _kill_all(alive)


def run_children_in_turn(orders: Sequence[Order], importing_at_most: int) -> Iterator[Ending]:
    """Start all orders, some at a time; once each has imported its framework and waits, run them one after the other.

    So the processors share the work of importing, while what is timed is timed alone: the others only wait.

    Args:
        orders: those of a block, in the order of their turns.
        importing_at_most: how many import at a time.

    Yields:
        How each ended, as it ends. Closing the iterator kills what is still running.
    """
    alive, to_start = list[Child](), list(orders)
    try:
        while to_start or alive:
            importing = sum(not child.waits and not child.has_turn for child in alive)
            while to_start and importing < importing_at_most:
                alive.append(Child(to_start.pop(0), in_turn=True))
                importing += 1
            if not importing and not alive[0].has_turn:
                alive[0].give_turn()
            _wait_for_events(alive)
            yield from _finish_ended(alive)
    finally:
        _kill_all(alive)


def _finish_ended(alive: list[Child]) -> Iterator[Ending]:
    """Take the children that have ended, or exceeded a limit, out of those alive, and yield how each ended."""
    for child in [child for child in alive if child.check_state({other.pid for other in alive})]:
        alive.remove(child)
        yield child.finish({other.pid for other in alive})


def _kill_all(alive: Sequence[Child]) -> None:
    for child in alive:
        child.kill({other.pid for other in alive} - {child.pid}, grace=0.0)


def _wait_for_events(alive: Sequence[Child]) -> None:
    """Wait until a child sends something or ends, or until the next check."""
    with selectors.DefaultSelector() as selector:
        for child in alive:
            for descriptor in child.watched_descriptors():
                selector.register(descriptor, selectors.EVENT_READ)
        selector.select(TICK_SECONDS)

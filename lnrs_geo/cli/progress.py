"""A progress bar: on a terminal, once the work has taken two seconds; never in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import click

SHOW_PROGRESS_AFTER_S = 2.0
Item = TypeVar("Item")


def bar_of(label: str) -> Callable[[Iterable[Item], int], Iterator[Item]]:
    """Return what wraps things as they are worked on, given their number."""

    def wrapped(items: Iterable[Item], length: int) -> Iterator[Item]:
        if not sys.stderr.isatty():
            yield from items
            return
        started = time.monotonic()
        bar = None
        for done, item in enumerate(items):
            yield item
            if bar is None and time.monotonic() - started > SHOW_PROGRESS_AFTER_S:
                bar = click.progressbar(length=length, label=label, file=sys.stderr)
                bar.update(done)
            if bar is not None:
                bar.update(1)
        if bar is not None:
            bar.render_finish()

    return wrapped

"""Several people acting at the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

AT_ONCE = 8
"""People who act at the same time."""

type Done = Callable[[int, int], object]
"""Is told how much of a step is done, of how much."""

type Steps = Callable[[str, int], Done]
"""Begins a step, by its name and how much there is to do."""


def side_by_side[T, R](work: Callable[[T], R], items: Sequence[T], done: Done) -> list[R]:
    """Return what came of each item, in their order; the first failure ends it all."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(work, item) for item in items]
        try:
            for n, future in enumerate(as_completed(futures), 1):
                future.result()
                done(n, len(items))
        finally:
            pool.shutdown(cancel_futures=True)
    return [future.result() for future in futures]

"""A line that makes the kernel compute for ever is an attack as well: a time limit for tests."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class TooSlow(AssertionError):
    """The kernel should have refused instead of computing on."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises :class:`TooSlow` after that many seconds, even if the block makes a refusal of it.

    Without an effect where the platform has no alarms.
    """
    rang = []

    def stop(*_: object) -> None:
        rang.append(True)
        raise TooSlow

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except BaseException:
        if not rang:
            raise
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    if rang:
        raise TooSlow(f"no answer within {seconds} s")

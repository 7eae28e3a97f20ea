"""A line that makes the kernel compute for ever is an attack as well: a limit for tests, of processor time.

What else the machine does is not counted, and the limit is many times what it takes.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class TooSlow(AssertionError):
    """The kernel should have refused instead of computing on."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises :class:`TooSlow` after that many seconds of this process, even if the block makes a refusal of it.

    Without an effect where the platform has no such alarms.
    """
    rang = []

    def stop(*_: object) -> None:
        rang.append(True)
        raise TooSlow

    if not hasattr(signal, "SIGPROF"):
        yield
        return
    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    except BaseException:
        if not rang:
            raise
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    if rang:
        raise TooSlow(f"no answer within {seconds} s")

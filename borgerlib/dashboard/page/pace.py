"""A limit on how often something is done."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable


class Pace:
    """At most so many within so many seconds."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._times: deque[float] = deque()

    def allows(self) -> bool:
        """Return whether one more is within the pace, and count it."""
        now = self._clock()
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        self._times.append(now)
        return len(self._times) <= self._most

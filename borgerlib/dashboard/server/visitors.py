"""Count visitors and their messages, and find the kernels that nobody uses any longer."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

MOST_VISITORS = 50
MESSAGES_A_MINUTE = 600
"""What a connection may send; a page at work sends some dozens, a hand at its fastest two hundred."""
SECONDS_AFTER_CLOSING = 5.0
"""A reload, or a network that fails for a moment, comes back sooner."""
SECONDS_UNTIL_CONNECTED = 30.0
QUIET_SECONDS = 5.0
"""How long nobody may have asked for anything before the next visitor's kernel is made ready."""
LONGEST_WITHOUT_QUIET = 30.0
"""Where it is never quiet, it is made ready as long after the last visitor came."""


@dataclass
class Visitors:
    """The connections to each kernel, and since when a kernel has had none.

    Parameters
    ----------
    most : int
        Maximum number of visitors at the same time.
    clock : callable
        Returns seconds, counted from any start.
    """

    most: int = MOST_VISITORS
    clock: Callable[[], float] = time.monotonic
    _connections: dict[str, int] = field(default_factory=dict)
    _alone_since: dict[str, tuple[float, float]] = field(default_factory=dict)
    _last_came: float = -math.inf
    _last_heard: float = -math.inf

    def are_all_here(self, kernels: int) -> bool:
        """Return whether no more visitors fit; one of the running kernels waits for the next visitor."""
        return kernels > self.most

    def come(self, kernel: str) -> None:
        """Count a connection to a kernel."""
        self._connections[kernel] = self._connections.get(kernel, 0) + 1
        self._alone_since.pop(kernel, None)

    def arrive(self) -> None:
        """Note that somebody opens the page."""
        self._last_came = self._last_heard = self.clock()

    def ask(self) -> None:
        """Note that somebody asks the page for something."""
        self._last_heard = self.clock()

    def are_quiet(self) -> bool:
        """Return whether to prepare the next visitor's kernel now, which makes clicks take twice as long."""
        now = self.clock()
        return now - self._last_heard >= QUIET_SECONDS or now - self._last_came >= LONGEST_WITHOUT_QUIET

    def go(self, kernel: str) -> None:
        """Stop counting a connection to a kernel."""
        left = self._connections.pop(kernel, 0) - 1
        if left > 0:
            self._connections[kernel] = left
        else:
            self._alone_since[kernel] = self.clock(), SECONDS_AFTER_CLOSING

    def left_alone(self, kernels: Collection[str], waiting: Collection[str]) -> list[str]:
        """Return the kernels to end, because nobody is connected and nobody will connect.

        Parameters
        ----------
        kernels : collection of str
            All running kernels.
        waiting : collection of str
            Those that wait for the next visitor.
        """
        self._alone_since = {kernel: of for kernel, of in self._alone_since.items() if kernel in kernels}
        now, ended = self.clock(), []
        for kernel in kernels:
            if kernel in self._connections or kernel in waiting:
                # A waiting kernel's time begins when a visitor gets it, not when it was made.
                self._alone_since.pop(kernel, None)
                continue
            since, patience = self._alone_since.setdefault(kernel, (now, SECONDS_UNTIL_CONNECTED))
            if now - since >= patience:
                ended.append(kernel)
        return ended


class Pace:
    """A rate limit: at most `most` within so many seconds."""

    def __init__(self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._times: deque[float] = deque()

    def allows(self) -> bool:
        """Count one more, and return whether it is within the limit."""
        now = self._clock()
        while self._times and self._times[0] <= now - self._seconds:
            self._times.popleft()
        self._times.append(now)
        return len(self._times) <= self._most

"""Who looks, and which kernels nobody looks at any longer: by a clock that the test turns."""

import pytest

from borgerlib.dashboard.server.visitors import (
    LONGEST_WITHOUT_QUIET,
    QUIET_SECONDS,
    SECONDS_AFTER_CLOSING,
    SECONDS_UNTIL_CONNECTED,
    Pace,
    Visitors,
)


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_pace_allows_so_many_within_its_seconds(clock):
    pace = Pace(3, 60, clock)
    assert [pace.allows() for _ in range(4)] == [True, True, True, False]
    clock.now += 61
    assert pace.allows()


class TestKernels:
    def test_a_kernel_is_left_alone_when_its_last_connection_has_ended(self, clock):
        visitors = Visitors(clock=clock)
        visitors.come("a")
        visitors.come("a")
        visitors.go("a")
        clock.now += 100
        assert visitors.left_alone(["a"], []) == []
        visitors.go("a")
        clock.now += SECONDS_AFTER_CLOSING - 1
        assert visitors.left_alone(["a"], []) == []
        clock.now += 1
        assert visitors.left_alone(["a"], []) == ["a"]

    def test_one_that_comes_back_in_time_is_kept(self, clock):
        visitors = Visitors(clock=clock)
        visitors.come("a")
        visitors.go("a")
        visitors.come("a")
        clock.now += 100
        assert visitors.left_alone(["a"], []) == []

    def test_one_that_nobody_came_to_ends_unless_it_stands_ready(self, clock):
        visitors = Visitors(clock=clock)
        assert visitors.left_alone(["given", "ready"], ["ready"]) == []
        clock.now += SECONDS_UNTIL_CONNECTED
        assert visitors.left_alone(["given", "ready"], ["ready"]) == ["given"]

    def test_the_time_of_one_that_stood_ready_begins_when_it_is_given_out(self, clock):
        visitors = Visitors(clock=clock)
        visitors.left_alone(["new"], [])  # it is being made
        visitors.left_alone(["new"], ["new"])
        clock.now += SECONDS_UNTIL_CONNECTED
        assert visitors.left_alone(["new"], []) == []

    def test_there_is_room_for_so_many(self, clock):
        # Two who look and one kernel that stands ready; without it the next visitor would wait for hers.
        assert [Visitors(most=2, clock=clock).are_all_here(kernels) for kernels in (1, 2, 3)] == [
            False,
            False,
            True,
        ]

    def test_the_next_one_is_made_ready_when_nobody_asks(self, clock):
        visitors = Visitors(clock=clock)
        for _ in range(2):  # the next visitor comes long after
            assert visitors.are_quiet()
            visitors.arrive()
            assert not visitors.are_quiet()
            clock.now += QUIET_SECONDS - 1
            visitors.ask()
            clock.now += 1
            assert not visitors.are_quiet()
            clock.now += QUIET_SECONDS
            assert visitors.are_quiet()
            clock.now += LONGEST_WITHOUT_QUIET

    def test_where_somebody_always_asks_it_is_made_ready_in_the_end(self, clock):
        visitors = Visitors(clock=clock)
        visitors.arrive()
        clock.now += LONGEST_WITHOUT_QUIET - 1
        visitors.ask()
        assert not visitors.are_quiet()
        clock.now += 1
        visitors.ask()
        assert visitors.are_quiet()

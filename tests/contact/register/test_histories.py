"""Whatever is said in whatever order, and wherever the machine stops: nobody is invited who said no."""

import random
import subprocess
import sys
from pathlib import Path

import histories
import pytest
from histories import PEOPLE, expected, history, invited, take
from registers import KEY, new_register

from borgerlib.contact.register.store import Register

FOLDER = str(Path(histories.__file__).parent)


@pytest.mark.parametrize("seed", range(2))
def test_who_is_invited_follows_from_what_was_said(tmp_path, seed):
    steps = list(history(seed, 80))
    with new_register(tmp_path) as register:
        for number, step in enumerate(steps):
            take(register, number, step)
            people, day = expected(steps[: number + 1])
            assert invited(register, day) == people
        register.check()


def _written_until_killed(path, seed, first, length, generator):
    """Let a process write on, kill it at some moment, and return how many steps it has told of."""
    script = (
        f"import sys, runpy; sys.path.insert(0, {FOLDER!r}); "
        "runpy.run_module('histories', run_name='__main__')"
    )
    words = [sys.executable, "-c", script, str(path), *map(str, (seed, first, length))]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        told = first
        for line in process.stdout:
            told = int(line) + 1
            if generator.random() < 0.1:
                break
        # Somewhere within the next step: a step takes some ten milliseconds.
        try:
            process.wait(generator.random() * 0.02)
        except subprocess.TimeoutExpired:
            process.kill()
        told = max([told, *(int(line) + 1 for line in process.stdout)])
    return told


def _survives(tmp_path, seed, length, kills):
    generator = random.Random(seed)
    with new_register(tmp_path) as register:
        path = register.path
    steps, done, stopped = list(history(seed, length)), 0, 0
    while done < length and stopped < kills:
        told = _written_until_killed(path, seed, done, length, generator)
        stopped += 1
        with Register(path, KEY) as register:
            register.check()
            # What was told is there; the step that was being written is there whole or not at all.
            found = [
                invited(register, day) == people
                for people, day in (expected(steps[:told]), expected(steps[: min(told + 1, length)]))
            ]
            assert any(found)
            # A step that was written without being told may be taken once more: every step may be.
            done = told
    assert stopped
    assert 0 <= len(expected(steps[:done])[0]) <= PEOPLE


@pytest.mark.long
def test_a_process_that_is_killed_loses_nothing_it_has_told(tmp_path):
    _survives(tmp_path, seed=1, length=60, kills=4)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [2, 3])
def test_many_processes_that_are_killed_lose_nothing(tmp_path, seed):
    _survives(tmp_path, seed, length=1000, kills=60)

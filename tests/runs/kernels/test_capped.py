from io import StringIO
from types import SimpleNamespace

import pytest

from borgerlib.runs.kernels.capped import cap, load_ipython_extension


@pytest.mark.parametrize("pieces", [["abc", "def", "ghi"], ["abcdefghi"]])
def test_a_stream_takes_so_much_and_one_more_that_tells_of_the_rest(pieces):
    stream = StringIO()
    cap(stream, 5)
    assert [stream.write(piece) for piece in pieces] == [len(piece) for piece in pieces]
    assert stream.getvalue() == "abcdef"


def test_what_is_no_text_is_refused_as_ever():
    stream = StringIO()
    cap(stream, 5)
    with pytest.raises(TypeError):
        stream.write(b"abc")


def test_no_second_copy_of_what_is_printed_is_kept(monkeypatch):
    monkeypatch.setattr("sys.stdout", StringIO())
    monkeypatch.setattr("sys.stderr", StringIO())
    shell = SimpleNamespace(history_manager=SimpleNamespace())
    load_ipython_extension(shell)
    shell.history_manager.outputs[1].append("printed")
    assert not shell.history_manager.outputs

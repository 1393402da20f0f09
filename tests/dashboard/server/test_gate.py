"""What the gate lets through: messages of kernels one way, what a page needs the other."""

import pytest
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from borgerlib.dashboard.server.gate import KernelSocket, is_message

SESSION = Session(key=b"")


def framed(kind, content):
    return bytes(serialize_msg_to_ws_v1(SESSION.msg(kind, content), "iopub", SESSION.pack))


def test_what_a_page_sends_is_a_message():
    assert is_message(framed("comm_msg", {"comm_id": "a", "data": {}}))


def claiming(*numbers):
    return b"".join(number.to_bytes(8, "little") for number in numbers)


@pytest.mark.parametrize(
    "frame",
    [
        "hej",
        b"",
        b"\1",
        b"\xff" * 8,
        claiming(*[7] * 7),
        claiming(0),
        claiming(3, 32, 40, 48),  # an end beyond the frame
        claiming(6, *[1, 56] * 3),  # a thousand such offsets would copy the frame five hundred times
    ],
)
def test_a_frame_without_the_parts_that_it_claims_is_none(frame):
    assert not is_message(frame)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("error", {"traceback": ["File /srv/borgerlib/widget.py"], "ename": "KeyError", "evalue": "emner"}),
        ("stream", {"name": "stderr", "text": "No such comm: x"}),
        ("execute_result", {"data": {"text/plain": "svar"}}),
    ],
)
def test_a_page_hears_what_it_needs_and_nothing_of_faults(monkeypatch, kind, content):
    heard = []
    monkeypatch.setattr(
        VoilaKernelWebsocketHandler, "write_message", lambda self, message, binary: heard.append(message)
    )
    socket = object.__new__(KernelSocket)
    answer = framed("comm_msg", {"comm_id": "a", "data": {"method": "update", "state": {}}})
    socket.write_message(framed(kind, content), binary=True)
    socket.write_message(answer, binary=True)
    assert heard == [answer]

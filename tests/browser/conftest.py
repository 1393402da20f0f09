"""A browser, a prepared municipality and its dashboard, shared by the tests that click."""

import os
from pathlib import Path

import pytest
from simulated_citizens import shared_citizens

from borgerlib.dashboard.page.answers import open_answers
from borgerlib.dashboard.server.serve import dashboard_server

HERE = Path(__file__).parent
LONGEST = ("test_dashboard", "test_report_pages", "test_accessibility", "test_lasting", "test_workshop")


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.browser)
    # The longest first, so that no process waits for the other's at the end.
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def workspace(tmp_path_factory):
    with shared_citizens(tmp_path_factory, "Odense", n=5000) as folder:
        yield folder


@pytest.fixture(scope="session")
def answers(workspace):
    return open_answers("Odense")


@pytest.fixture(scope="session")
def server(workspace):
    # A port for each test process: two that look for a free one at the same moment find the same.
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    with dashboard_server("Odense", port=9100 + 50 * process) as running:
        yield running


@pytest.fixture(scope="session")
def pictures():
    """Where screenshots are kept, to be looked at; a report's pages only where a folder is named."""
    folder = Path(os.environ.get("BORGER_SCREENSHOTS", "reports/screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Board:
    """The dashboard in a tab, and what a person does with it."""

    def __init__(self, browser, server, *, width=1280, height=900, fragment="", context=None):
        self.context = context or browser.new_context(
            viewport={"width": width, "height": height}, accept_downloads=True
        )
        self.page = self.context.new_page()
        self.errors, self.received, self.elsewhere = [], [], []
        self.page.on("pageerror", self._fail)
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._hear))
        self.page.goto(server.address + fragment)
        self.page.wait_for_selector(".borger-dashboard[data-shown]")

    def _fail(self, error):
        # Jupyter's client says so when a test has cut the connection, before a message or in the midst of
        # one; the page has an alarm for it.
        if str(error) not in ("Kernel connection disconnected", "Cannot send"):
            self.errors.append(str(error))

    def _note(self, url):
        if not url.startswith(("http://127.0.0.1", "data:", "blob:")):
            self.elsewhere.append(url)

    def _hear(self, payload):
        self.received.append(payload if isinstance(payload, bytes) else payload.encode())

    def has_heard(self, words):
        """Return whether the server has sent these words by now."""
        self.page.wait_for_timeout(50)
        return any(words in payload for payload in self.received)

    def settled(self):
        """Wait until what was asked is what is shown."""
        self.page.wait_for_function(
            "() => { const d = document.querySelector('.borger-dashboard')?.dataset;"
            " return d && (!d.asked || d.asked === d.shown); }"
        )
        return self

    def wait_for_columns(self, width):
        """Wait until as many charts stand side by side as a window of that width has room for."""
        self.page.wait_for_function(
            "(columns) => new Set([...document.querySelectorAll('.chart')]"
            ".map((chart) => Math.round(chart.getBoundingClientRect().x))).size === columns",
            arg=1 if width < 800 else 2 if width < 1900 else 3,
        )

    def wait_for_width(self, width):
        """Wait until all is drawn anew and nothing is wider than the window."""
        self.page.wait_for_function("(width) => document.documentElement.scrollWidth <= width", arg=width)

    def tick(self, filter_, level):
        group = self.page.locator(f".filter[data-role={filter_}]")
        if group.get_attribute("open") is None:
            group.locator("summary").click()
        group.get_by_text(level, exact=True).click()
        return self.settled()

    def ask(self, question):
        self.page.locator(".questions > summary").click()
        self.page.get_by_role("button", name=question, exact=True).click()
        return self.settled()

    def click(self, name):
        self.page.get_by_role("button", name=name, exact=True).first.click()
        return self.settled()

    def chart(self, name):
        return self.page.locator(f".chart[data-chart={name}]")

    def value(self, chart, row):
        return self.chart(chart).locator(f"g[data-id={row}] .value").text_content()

    @property
    def heading(self):
        return self.page.locator(".who").text_content()

    def wait_for_fragment(self, fragment):
        """Wait until the address says what is shown: it follows the picture."""
        self.page.wait_for_function("(fragment) => location.hash === fragment", arg=fragment)


@pytest.fixture
def open_board(browser, server):
    opened = []

    def opener(*, at=server, **options):
        opened.append(Board(browser, at, **options))
        return opened[-1]

    yield opener
    for board in opened:
        assert not board.errors
        assert not board.elsewhere
        board.context.close()

"""WCAG 2.1 A and AA, as far as axe can tell: the dashboard in its states."""

import pytest
from axe_core_python.sync_playwright import Axe

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def violations(page, *, tags=WCAG):
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    undecided = [
        node for rule in found["incomplete"] if rule["id"] == "color-contrast" for node in rule["nodes"]
    ]
    faint = page.evaluate(FAINT, [node["target"][-1] for node in undecided])
    return [
        *((one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found["violations"]),
        *(("color-contrast", one) for one in faint),
    ]


# What axe leaves undecided (text in drawings, text that overlaps): its colour against what it stands on.
FAINT = """(targets) => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  // In a drawing, the bar or the badge that the text stands on.
  const shape = (of) => {
    if (!(of instanceof SVGElement)) return null;
    of.scrollIntoView({ block: "center" });
    const { x, y, width, height } = of.getBoundingClientRect();
    return document.elementsFromPoint(x + width / 2, y + height / 2)
      .filter((at) => at instanceof SVGGeometryElement)
      .map((at) => channels(getComputedStyle(at).fill)).find((fill) => fill.length === 3) ?? null;
  };
  const behind = (of) => {
    const drawn = shape(of);
    if (drawn) return drawn;
    for (let at = of; at; at = at.parentElement) {
      const found = channels(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  return targets.flatMap((target) => {
    const of = document.querySelector(target);
    const style = getComputedStyle(of);
    const colour = channels(of instanceof SVGElement ? style.fill : style.color);
    const [high, low] = [light(colour), light(behind(of))].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    return ratio < 4.5 ? [`${target} ${ratio.toFixed(2)}`] : [];
  });
}"""


def test_axe_finds_what_is_wrong(browser):
    page = browser.new_page()
    page.set_content("<html><body><img src='x'><p style='color:#ccc'>Svag tekst</p></body></html>")
    assert {name for name, _ in violations(page)} >= {"image-alt", "color-contrast", "html-has-lang"}
    page.close()


# What a narrow window lays out otherwise than a wide one; the other states are as they are at 1280.
NARROW = ("filters", "tables, a menu", "two groups, the table of everything")


@pytest.mark.parametrize(
    ("width", "states"),
    [
        (1280, ()),
        (320, NARROW),
        *(pytest.param(width, (), marks=pytest.mark.thorough) for width in (320, 390, 768, 1920)),
    ],
)
def test_the_dashboard_in_its_states(open_board, width, states):
    board = open_board(width=width)
    fold, found = board.page.locator(".fold > summary"), {}

    def look(state):
        if not states or state in states:
            found[state] = violations(board.page, tags=[*WCAG, "best-practice"])

    look("everybody")
    if fold.is_visible():
        fold.click()
    board.tick("age", "60–69 år")
    look("filters")
    if fold.is_visible():
        fold.click()
    for chart in board.page.locator(".chart").all():
        chart.get_by_role("button", name="Tabel").click()
    board.page.locator(".about > summary").click()
    board.page.locator(".questions > summary").click()
    look("tables, a menu")
    board.page.keyboard.press("Escape")
    board.page.locator(".compare > summary").click()
    look("whom to compare with")
    board.page.locator(".compare").get_by_role("button", name="15–24 år", exact=True).click()
    board.settled().page.locator(".overview > summary").click()
    board.page.wait_for_selector(".heat:visible")
    look("two groups, the table of everything")
    if width > 720:
        board.page.get_by_role("button", name="Præsentation").click()
        look("projector")
        fold.click()
        look("projector, filters")
        board.page.get_by_role("button", name="Afslut præsentation").click()
    board.page.evaluate("location.hash = '#alder=15-24&omraade=Odense%20Nord&tid=uge&emner=integration'")
    board.page.wait_for_selector(".notice:visible")
    look("too few")
    board.ask("Hvor engagerede er de 60–69-årige i klima og miljø?")
    look("a question")
    assert not {state: problems for state, problems in found.items() if problems}


def test_whoever_lacks_the_token(browser, server):
    page = browser.new_context().new_page()
    page.goto(f"http://127.0.0.1:{server.port}/")
    assert violations(page) == []
    page.context.close()

from IPython.core.interactiveshell import InteractiveShell

from borgerlib.runs.kernels.for_pages import load_ipython_extension
from borgerlib.view.leaders.insight import open_insight


def test_a_chart_gives_its_page_all_but_the_png():
    chart = open_insight(2).figure("2")
    shell = InteractiveShell()
    whole, _ = shell.display_formatter.format(chart)
    load_ipython_extension(shell)
    for_page, _ = shell.display_formatter.format(chart)
    assert whole.pop("image/png").startswith(b"\x89PNG")
    assert for_page == whole


def test_other_pictures_are_left_alone():
    class Photo:
        def _repr_png_(self) -> bytes:
            return b"\x89PNG"

    shell = InteractiveShell()
    load_ipython_extension(shell)
    assert shell.display_formatter.format(Photo())[0]["image/png"] == b"\x89PNG"

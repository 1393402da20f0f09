"""Parts that pages of widgets share: keys that stay in the page, and buttons that show their errors."""

from __future__ import annotations

from collections.abc import Callable

import anywidget
import ipywidgets as widgets

from borgerlib.errors import BorgerlibError


class OwnKeys(anywidget.AnyWidget):  # type: ignore[misc]
    """Keep keys pressed in its box from the notebook, where arrows would move between cells and x cut one.

    It is a child of the page's box. Keys with Ctrl or Cmd still reach the notebook, for example to save it.
    """

    _esm = """
    const keep = (el) => {
      const page = el.closest(".widget-vbox");
      if (!page) return setTimeout(() => keep(el), 50);  // the page is put together after its parts
      page.addEventListener("keydown", (event) => event.ctrlKey || event.metaKey || event.stopPropagation());
      page.dataset.ownKeys = "yes";
    };
    export default { render({ el }) { keep(el); } };
    """


def working_button(
    description: str,
    work: Callable[[], None],
    notice: widgets.HTML,
    *,
    refused: Callable[[BorgerlibError], str],
) -> widgets.Button:
    """Return a button that does some work, or shows in the page why it failed.

    Parameters
    ----------
    description : str
    work : callable
        What the button does.
    notice : HTML
        Where an error is shown.
    refused : callable
        Error → the text to show, as HTML.
    """
    button = widgets.Button(description=description)

    def click(_: widgets.Button) -> None:
        button.disabled = True
        try:
            work()
        except BorgerlibError as reason:
            notice.value = refused(reason)
        finally:
            button.disabled = False

    button.on_click(click)
    return button

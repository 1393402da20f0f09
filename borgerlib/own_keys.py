"""Pages of widgets that keep their keys where a notebook would take them for its own."""

import anywidget


class OwnKeys(anywidget.AnyWidget):  # type: ignore[misc]
    """Keep keys pressed in its box from the notebook, where arrows would move between cells and x cut one.

    Stands among the children of a page's box. Keys with Ctrl or Cmd reach the notebook, which saves by them.
    """

    _esm = """
    const keep = (el) => {
      const page = el.closest(".widget-vbox");
      if (!page) return setTimeout(() => keep(el), 50);  // the page is put together after its parts
      page.addEventListener("keydown", (event) => event.ctrlKey || event.metaKey || event.stopPropagation());
    };
    export default { render({ el }) { keep(el); } };
    """

"""The field in which codes are typed."""

from __future__ import annotations

import anywidget


class CodesField(anywidget.AnyWidget):  # type: ignore[misc]
    """The field for the codes' numbers: empties itself at Enter, so that what is typed since then stays."""

    _esm = """
    export default { render({ model, el }) {
      el.innerHTML = '<label>Kodernes numre, og Enter <input type="text" placeholder="fx 1 5"></label>';
      const field = el.querySelector("input");
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || !field.value.trim()) return;
        model.send(field.value);
        field.value = "";
      });
    } };
    """

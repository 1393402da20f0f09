"""The field in which codes are typed."""

from __future__ import annotations

import anywidget
import traitlets


class CodesField(anywidget.AnyWidget):  # type: ignore[misc]
    """The field for the codes' numbers. It empties itself at Enter, so that whatever is typed next is kept.

    Enter is ignored until the kernel has dealt with the previous codes: otherwise a second Enter would code
    an answer that the coder has not seen yet.

    Attributes
    ----------
    taken : int
        How many entered codes the kernel has dealt with.
    """

    taken = traitlets.Int(0).tag(sync=True)
    _esm = """
    export default { render({ model, el }) {
      el.innerHTML = '<label>Kodernes numre, og Enter <input type="text" placeholder="fx 1 5"></label>';
      const field = el.querySelector("input");
      let waiting = false;
      model.on("change:taken", () => { waiting = false; });
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || waiting || !field.value.trim()) return;
        waiting = true;
        model.send(field.value);
        field.value = "";
      });
    } };
    """

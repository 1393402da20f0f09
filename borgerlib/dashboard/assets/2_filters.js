// The filters: native boxes to tick, in groups that fold.

const OPEN_AT_FIRST = ["age", "sex", "topics"];

function buildFilters(config, change) {
  const { strings } = config;
  const groups = config.filters.map((filter) => {
    const chosen = html("span", { class: "chosen" }, strings.none_chosen);
    const boxes = filter.levels.map((level) => {
      const input = html("input", { type: "checkbox", value: level.id, onchange: () => change(filter.role, picked()) });
      return { input, row: html("label", { class: "box" }, input, html("span", {}, level.label)) };
    });
    const picked = () => boxes.filter(({ input }) => input.checked).map(({ input }) => input.value);
    const clear = button(strings.clear, () => {
      change(filter.role, []);
      box.firstChild.focus();
    }, { class: "quiet", "aria-label": fill(strings.clear_filter, { filter: filter.label }) });
    const fields = html("fieldset", {}, html("legend", { class: "unseen" }, filter.label), ...boxes.map(({ row }) => row));
    const box = html("details", { class: "filter", "data-role": filter.role },
      html("summary", {}, html("span", { class: "name" }, filter.label), chosen),
      html("div", { class: "levels" }, fields, clear));
    box.open = OPEN_AT_FIRST.includes(filter.role);
    return { filter, boxes, chosen, clear, box };
  });
  const update = (levels) => {
    for (const { filter, boxes, chosen, clear, box } of groups) {
      const wanted = levels[filter.role] ?? [];
      for (const { input } of boxes) input.checked = wanted.includes(input.value);
      const labels = filter.levels.filter((level) => wanted.includes(level.id)).map((level) => level.label);
      const few = labels.length <= 2 ? labels.join(", ") : fill(strings.chosen, { antal: labels.length });
      write(chosen, labels.length ? few : strings.none_chosen);
      clear.hidden = labels.length === 0;
      box.classList.toggle("active", labels.length > 0);
      if (labels.length) box.open = true;
    }
  };
  // On a phone and on a projector the filters fold into one line; elsewhere they always stand open.
  const fold = html("details", { class: "fold" }, html("summary", {}, strings.filters),
    html("div", { class: "groups" }, ...groups.map(({ box }) => box)));
  const small = window.matchMedia("(max-width: 720px)");
  fold.open = !small.matches;
  fold.close = () => { fold.open = false; };
  const node = html("section", { class: "filters", "aria-label": strings.filters }, fold);
  /** As chips in a panel, which closes as menus do; all groups at once. */
  function present(on) {
    fold.open = !on && !small.matches;
    fold.classList.toggle("dropdown", on);
    for (const { filter, box } of groups) box.open = on || OPEN_AT_FIRST.includes(filter.role) || box.classList.contains("active");
  }
  /** Close the panel; false where there is none to close. */
  function close() {
    if (!fold.open || !fold.classList.contains("dropdown")) return false;
    fold.close();
    fold.firstChild.focus();
    return true;
  }
  return { node, update, present, close };
}

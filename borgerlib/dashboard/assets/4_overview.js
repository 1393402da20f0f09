// A table of everything: one question by one division. Each number leads to the people it is about.

function buildOverview(config, ask, choose) {
  const { strings } = config;
  const choice = (label, options) => {
    const node = html("select", { onchange: () => ask(wanted()) }, ...options.map((one) => html("option", { value: one.id }, one.label)));
    return { node, row: html("label", { class: "sort" }, html("span", {}, label), node) };
  };
  const item = choice(strings.overview_item, config.items);
  const by = choice(strings.overview_by, config.divisions);
  const wanted = () => (node.open ? { item: item.node.value, by: by.node.value } : null);
  const caption = html("caption", {});
  const note = html("p", { class: "note" });
  const heads = html("tr", {});
  const body = html("tbody", {});
  const table = html("table", { class: "heat", hidden: true }, caption, html("thead", {}, heads), body);
  const scroll = html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": strings.overview }, table);
  const node = html("details", { class: "overview" }, html("summary", {}, strings.overview),
    html("div", { class: "tools" }, item.row, by.row), note, scroll);
  node.hidden = !config.divisions.length;
  node.addEventListener("toggle", () => {
    if (!same(asked, wanted())) ask(wanted());
  });
  let asked = null;
  let shown = null;

  function cellOf(row, column, cell) {
    const name = `${column.label} ${row.label}`;
    const act = button(cell.text, () => choose(column.levels, [item.node.value, row.id]), { "aria-label": cell.told, "data-name": name });
    const td = html("td", { class: column.chosen ? "number chosen" : "number" }, act);
    td.style.backgroundColor = cell.heat;
    return td;
  }
  function update(view, request) {
    asked = request;
    if (request && !node.open) node.open = true;
    table.hidden = !view;
    if (!view || same(view, shown)) return;
    shown = view;
    item.node.value = view.item;
    by.node.value = view.by;
    write(caption, view.caption);
    write(note, view.note);
    // Whoever has just pressed a number keeps their place.
    const held = body.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    heads.replaceChildren(html("th", { scope: "col" }, config.table.answer), ...view.columns.map((column) =>
      html("th", { scope: "col", class: column.chosen ? "number chosen" : "number" }, column.label, html("small", {}, column.size))));
    body.replaceChildren(...view.rows.map((row) => html("tr", {}, html("th", { scope: "row" }, row.label),
      ...row.cells.map((cell, at) => cellOf(row, view.columns[at], cell)))));
    if (held) [...body.querySelectorAll("button")].find((one) => one.dataset.name === held)?.focus();
  }
  return { node, update };
}

// A table of everything: one question by one division. Each number leads to the people it is about.

function buildOverview(config, ask, choose) {
  const { strings } = config;
  const choice = (label, options, act = () => ask(wanted())) => {
    const node = html("select", { onchange: act }, ...options.map((one) => html("option", { value: one.id }, one.label)));
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
  // Of areas: one answer at a time, on the municipality's map where it has put one down, otherwise as a list.
  const answer = choice(strings.overview_answer, [], () => drawMap());
  const map = html("ul", { class: "squares" });
  const mapped = html("div", { class: "scroll", hidden: true }, answer.row, map);
  const scroll = html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": strings.overview }, table);
  const node = html("details", { class: "overview" }, html("summary", {}, strings.overview),
    html("div", { class: "tools" }, item.row, by.row), note, mapped, scroll);
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
  function drawMap() {
    const row = shown.rows.find(({ id }) => id === answer.node.value) ?? shown.rows[0];
    const areas = shown.columns.map((column, at) => ({ column, cell: row.cells[at] })).slice(1);
    const onMap = areas.every(({ column }) => column.square);
    if (!onMap) areas.sort((one, other) => (other.cell.share ?? -1) - (one.cell.share ?? -1));
    map.classList.toggle("list", !onMap);
    map.replaceChildren(...areas.map(({ column, cell }) => {
      const act = button("", () => choose(column.levels, [item.node.value, row.id]), { "aria-label": cell.told, "data-name": `map ${column.label}` });
      act.append(html("span", {}, column.label), html("strong", {}, cell.text));
      const square = html("li", { class: column.chosen ? "chosen" : null }, act);
      square.style.backgroundColor = cell.heat;
      if (onMap) [square.style.gridRow, square.style.gridColumn] = column.square.map(String);
      return square;
    }));
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
    const held = node.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    heads.replaceChildren(html("th", { scope: "col" }, config.table.answer), ...view.columns.map((column) =>
      html("th", { scope: "col", class: column.chosen ? "number chosen" : "number" }, column.label, html("small", {}, column.size))));
    body.replaceChildren(...view.rows.map((row) => html("tr", {}, html("th", { scope: "row" }, row.label),
      ...row.cells.map((cell, at) => cellOf(row, view.columns[at], cell)))));
    mapped.hidden = view.by !== "area";
    if (!mapped.hidden) {
      const chosen = answer.node.value;
      answer.node.replaceChildren(...view.rows.map((row) => html("option", { value: row.id }, row.label)));
      if (view.rows.some(({ id }) => id === chosen)) answer.node.value = chosen;
      drawMap();
    }
    if (held) [...node.querySelectorAll("button")].find((one) => one.dataset.name === held)?.focus();
  }
  return { node, update };
}

/** What has changed among everybody since the municipality's earlier wave; nothing where there is none. */
function buildSince({ since, strings }) {
  if (!since) return null;
  const tables = since.questions.map(({ text, rows }) => html("table", {}, html("caption", {}, text),
    html("thead", {}, html("tr", {}, ...since.columns.map((name, i) => html("th", { scope: "col", class: i ? "number" : null }, name)))),
    html("tbody", {}, ...rows.map(([label, ...cells]) => html("tr", {}, html("th", { scope: "row" }, label),
      ...cells.map((cell) => html("td", { class: "number" }, cell)))))));
  return html("details", { class: "overview since" }, html("summary", {}, strings.since),
    html("ul", {}, ...since.said.map((line) => html("li", {}, line))),
    html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": strings.since }, ...tables),
    html("p", { class: "note" }, `${strings.since_hint} ${since.note}`));
}

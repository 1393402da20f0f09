// A chart: bars that are moved and resized in place. The measures are those of the report's charts.

const WIDE_FROM = 600;
const PAPER = 640; // on paper, where a column is 17 cm
const VALUE_ROOM = 104;
const WHOLE_ROOM = 58;
const GAP = 8;
const ROOM_BELOW = 56; // for the caption, on a projector
const PRESENTED = 1.6; // how much larger text and room are on a projector

function buildBars() {
  const node = svg("svg", { role: "img", class: "bars" });
  const context = document.createElement("canvas").getContext("2d");
  const rows = new Map();

  // Asking for the font makes the browser settle its styles, so it is asked only when something has changed.
  const measured = { of: "", font: "", longest: 0, fitted: new Map() };
  function measure(chart, width) {
    const of = [width, ...chart.rows.map((row) => `${row.label}${row.focus}`).sort()].join("|");
    if (of === measured.of) return;
    const { fontFamily, fontSize } = getComputedStyle(node);
    Object.assign(measured, { of, font: `${fontSize} ${fontFamily}`, fitted: new Map() });
    measured.longest = Math.max(0, ...chart.rows.map((row) => widthOf(row.label, row.focus)));
  }
  function widthOf(text, bold) {
    context.font = `${bold ? 600 : 400} ${measured.font}`;
    return context.measureText(text).width;
  }

  /** A label within its room: what does not fit ends in dots, and is told whole to whoever points at it. */
  function fitted(label, room, bold) {
    if (!measured.fitted.has(label)) {
      let shown = label;
      for (let end = label.length - 1; end > 0 && widthOf(shown, bold) > room; end -= 1) shown = `${label.slice(0, end).trimEnd()}…`;
      measured.fitted.set(label, shown);
    }
    return measured.fitted.get(label);
  }

  function newRow(id) {
    const parts = {
      title: svg("title", {}),
      label: svg("text", { class: "label" }),
      hidden: svg("rect", { class: "hidden" }),
      bar: svg("rect", { class: "bar" }),
      whole: svg("rect", { class: "whole" }),
      inner: svg("path", { class: "inner" }),
      outer: svg("path", { class: "outer" }),
      between: svg("path", { class: "between" }),
      text: svg("text", { class: "value" }),
      everybody: svg("text", { class: "everybody" }),
    };
    const group = svg("g", { "data-id": id }, ...Object.values(parts));
    node.append(group);
    return { ...parts, group, mark: null };
  }

  function placeRow(row, parts, place, focused) {
    const { left, scale, top, thickness, compared, paired } = place;
    const x = (share) => left + share * scale;
    setAll(parts.group, { transform: `translate(0 ${top})`, class: focused ? (row.focus ? "row focus" : "row aside") : "row" });
    write(parts.label, fitted(row.label, place.labelRoom, row.focus));
    write(parts.title, row.label);
    setAll(parts.label, { x: 0, y: place.labelY });
    const shown = row.value !== null;
    const settled = shown && row.note !== "";
    const bar = { x: left, y: place.barY, height: thickness };
    setAll(parts.bar, { ...bar, width: shown ? Math.max(0, row.value * scale) : 0, class: settled ? "bar settled" : "bar" });
    setAll(parts.hidden, { ...bar, width: shown ? 0 : 26 });
    setAll(parts.whole, {
      x: left,
      y: place.barY + thickness + (paired ? 1 : 2),
      height: paired ? thickness : compared ? 4 : 0,
      width: row.whole === null ? 0 : row.whole * scale,
    });
    const middle = place.barY + thickness / 2;
    const cap = (at) => `M${x(at)} ${middle - 4}v8`;
    const low = middle + thickness + 1;
    const lower = row.whole_lower !== null && row.whole !== null;
    set(parts.between, "d", lower ? `M${x(row.whole_lower)} ${low - 4}v8M${x(row.whole_lower)} ${low}H${x(row.whole_upper)}m0 -4v8` : "M0 0");
    const interval = shown && row.lower !== null;
    set(parts.inner, "d", interval ? `${cap(row.lower)}M${x(row.lower)} ${middle}H${x(row.value)}` : "M0 0");
    set(parts.outer, "d", interval ? `M${x(row.value)} ${middle}H${x(row.upper)}${cap(row.upper)}` : "M0 0");
    // What the selection itself settles is told within the bar: beside it there is no room.
    const reach = settled ? 0 : shown ? Math.max(row.value, row.upper ?? 0) * scale : 26;
    const beside = compared && !settled ? Math.max(reach, (row.whole_upper ?? row.whole ?? 0) * scale) : reach;
    setAll(parts.text, {
      x: left + beside + GAP,
      y: middle + (paired ? thickness / 2 : 0) + place.drop,
      class: shown && !settled ? "value" : "value muted",
    });
    // Of two groups' bars the number stands beside the longer: it says which is which.
    const more = settled ? row.note : paired ? row.whole_short : "";
    write(parts.text, `${row.text}${row.mark}${more ? ` · ${more}` : ""}`);
    const aside = row.whole !== null && !settled && !paired ? row.whole_short : "";
    write(parts.everybody, aside);
    setAll(parts.everybody, { x: place.width, y: middle + place.drop });
  }

  /** `height`: what there is to fill, on a projector; otherwise rows have their own. */
  function update(chart, width, height = 0) {
    const larger = height ? PRESENTED : 1;
    const wide = width >= WIDE_FROM;
    const compared = chart.rows.some((row) => row.whole !== null);
    const focused = chart.rows.some((row) => row.focus);
    measure(chart, `${width} ${larger}`);
    const labels = wide ? Math.min(Math.ceil(measured.longest) + 16, width * 0.45) : 0;
    // With room for everybody's bar also where it is not shown: nothing moves when the first box is ticked.
    const own = wide ? 37 : 53;
    const step = height ? Math.min(64, Math.max(26, Math.floor(height / Math.max(1, chart.rows.length)))) : own;
    const barY = wide ? 4 : 20;
    const single = height ? step - 14 : wide ? 18 : 15;
    const thickness = chart.paired ? Math.floor((single + 7) / 2) : single;
    const middle = barY + (chart.paired ? thickness : thickness / 2);
    const place = {
      left: labels,
      labelRoom: wide ? labels - 12 : width,
      scale: Math.max(20, width - labels - (VALUE_ROOM + WHOLE_ROOM) * larger) / chart.full,
      thickness,
      barY,
      drop: 5 * larger,
      labelY: wide ? middle + 5 * larger : 13,
      width,
      compared,
      paired: chart.paired,
    };
    const kept = new Set(chart.rows.map((row) => row.id));
    for (const [id, parts] of rows) {
      if (!kept.has(id)) {
        parts.group.remove();
        rows.delete(id);
      }
    }
    chart.rows.forEach((row, index) => {
      if (!rows.has(row.id)) rows.set(row.id, newRow(row.id));
      placeRow(row, rows.get(row.id), { ...place, top: index * step }, focused);
    });
    const drawn = chart.rows.length * step;
    setAll(node, { viewBox: `0 0 ${width} ${drawn}`, height: drawn, "aria-label": chart.alt });
    node.classList.toggle("paired", chart.paired);
  }

  return { node, update };
}

function buildTable(config) {
  const { table } = config;
  const heads = html("tr", {});
  const body = html("tbody", {});
  const caption = html("caption", { class: "unseen" }); // the chart says it above
  const node = html("table", {}, caption, html("thead", {}, heads), body);
  function update(chart) {
    const compared = chart.rows.some((row) => row.whole !== null);
    const names = [table.answer, table.share, table.interval, ...(compared ? chart.heads : [])];
    heads.replaceChildren(...names.map((name, i) => html("th", { scope: "col", class: i ? "number" : null }, name)));
    write(caption, chart.question);
    body.replaceChildren(...chart.rows.map((row) => html("tr", {},
      html("th", { scope: "row" }, row.label),
      html("td", { class: "number" }, row.note ? `${row.text} (${row.note})` : row.text),
      html("td", { class: "number" }, row.interval),
      ...(compared ? [html("td", { class: "number" }, row.whole_text), html("td", { class: "number" }, row.difference)] : []))));
  }
  const asText = () => [...node.querySelectorAll("tr")]
    .map((row) => [...row.children].map((cell) => cell.textContent).join("\t")).join("\n");
  return { node, update, asText };
}

function buildChart(config, id, act) {
  const { strings } = config;
  const bars = buildBars();
  const table = buildTable(config);
  const [heading, finding, question, difference, caption] = ["h3", "p", "p", "p", "figcaption"]
    .map((tag, i) => html(tag, { class: ["heading", "finding", "question", "difference", "caption"][i] }));
  const scroll = html("div", { class: "scroll", tabindex: 0, role: "region", hidden: true }, table.node);
  const modes = ["chart", "table"].map((mode) => button(strings[`as_${mode}`], () => show(mode), { "data-mode": mode }));
  const files = ["csv", "xlsx", "png", "pptx", "svg"].map((format) => button(strings[format], () => {
    menu.close(true);
    act({ kind: "download", chart: id, format });
  }, { "data-format": format }));
  const copy = button(strings.copy_table, () => {
    menu.close(true);
    table.update(latest);
    act({ kind: "copy", text: table.asText() });
  });
  const menu = dropdown(strings.download, {}, copy, ...files);
  const tools = html("div", { class: "tools" }, html("div", { class: "modes" }, ...modes), menu);
  const node = html("div", { class: "chart", "data-chart": id }, heading, finding, question, tools,
    html("figure", {}, bars.node, scroll, difference, caption));
  let latest = null;
  let width = 0;
  let presented = false;

  function show(mode) {
    for (const one of modes) one.setAttribute("aria-pressed", String(one.dataset.mode === mode));
    bars.node.toggleAttribute("hidden", mode === "table");
    scroll.hidden = mode !== "table";
    if (!scroll.hidden) table.update(latest);
  }
  function update(chart) {
    latest = chart;
    write(heading, chart.heading);
    write(finding, chart.title);
    write(question, chart.question);
    write(difference, chart.difference);
    write(caption, presented ? chart.legend : chart.caption);
    width ||= node.clientWidth;
    draw();
    set(scroll, "aria-label", `${chart.heading}: ${strings.as_table}`);
    if (!scroll.hidden) table.update(chart);
  }
  function draw() {
    if (width && latest) bars.update(latest, width, presented ? innerHeight - bars.node.getBoundingClientRect().top - ROOM_BELOW : 0);
  }
  function present(on) {
    presented = on;
    if (on) show("chart");
    write(caption, on ? latest.legend : latest.caption);
    width = node.clientWidth || width;
    draw();
  }
  function print(on) {
    width = on ? PAPER : node.clientWidth;
    draw();
  }
  const observer = new ResizeObserver(([entry]) => {
    const now = Math.round(entry.contentRect.width);
    if (now && now !== width) {
      width = now;
      draw();
    }
  });
  observer.observe(node);
  show("chart");
  return { node, update, present, print, stop: () => observer.disconnect() };
}

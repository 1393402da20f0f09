// The page of the influence map.

function buildInfluence(config, session, status, { leads, download }) {
  const { strings } = config;
  const way = { when: config.when[0].id, chosen: "", compare: false, own: {} };
  let view = null;

  // Each question (whose influence, on what) has a map of its own, and what is said names it.
  const questionNow = () => ({ role: view.role, area: view.area });
  const questionKey = ({ role, area }) => `${role}\n${area}`;
  const isAsked = (content) => questionKey(content) === questionKey(view);
  const answer = (kind, content) => session.say(kind, { ...content, ...questionNow() });
  const labelIn = (known, name) => known.find(({ id }) => id === name)?.label ?? "";
  const ownNow = () => way.own[questionKey(view)] ?? {};

  const spotsOf = (one) => {
    const spots = { ...(leads ? one.placed : ownNow()[one.id]) };
    for (const { kind, content } of session.waiting()) {
      if (content.id !== one.id || !isAsked(content)) continue;
      if (kind === "place") spots[content.when] = [content.influence, content.control];
      if (kind === "unplace") delete spots[content.when];
    }
    return spots;
  };
  const labelOf = (id) => view.elements.find((one) => one.id === id)?.label ?? "";
  function keepOwn(id, spot) {
    if (leads) return;
    const spots = { ...ownNow()[id], [way.when]: spot };
    if (!spot) delete spots[way.when];
    way.own = { ...way.own, [questionKey(view)]: { ...ownNow(), [id]: spots } };
  }
  function place(id, [influence, control]) {
    keepOwn(id, [influence, control]);
    const row = rows.get(id);
    if (row) draft(row, "");
    answer("place", { id, when: way.when, influence, control });
    status.whisper(`${labelOf(id)}. ${positionWords(config, way.when, [influence, control])}`);
    show();
  }
  function unplace(id) {
    keepOwn(id, null);
    answer("unplace", { id, when: way.when });
    status.whisper(`${labelOf(id)}. ${positionWords(config, way.when, null)}`);
    show();
    rows.get(id)?.influence.focus();
  }
  function choose(id) {
    if (way.chosen === id) return;
    way.chosen = id;
    show();
  }

  // ---- tools
  const setting = (key) => (value) => session.say("setting", { key, value });
  const role = select(strings.role, config.roles, setting("role"));
  const area = select(strings.area, config.areas, setting("area"));
  const said = html("p", { class: "said" });
  const layers = config.when.map(({ id, label }) => button(label, () => { way.when = id; show(); }, { "data-when": id }));
  const reveal = () => {
    way.compare = true;
    answer("reveal", {});
    show();
  };
  const compare = button(strings.compare, () => {
    if (!way.compare) return reveal();
    way.compare = false;
    return show();
  });
  const frozenText = html("span", {});
  const frozen = html("p", { class: "frozen" }, frozenText, " ", button(strings.refresh, () => reveal()));
  const asked = html("p", { class: "asked-now", role: leads ? null : "status" });
  const layer = html("div", { class: "modes", role: "group", "aria-label": strings.layer }, ...layers);
  const count = html("p", { class: "count" });

  const tap = (spot) => {
    const chosen = view.elements.find(({ id }) => id === way.chosen);
    if (chosen && !spotsOf(chosen)[way.when]) place(chosen.id, spot);
  };
  const map = buildMap(config, { place, unplace, choose, tap });
  const sign = (kind, label) => html("span", {}, html("span", { class: `marker still ${kind}`, "aria-hidden": "true" }), label);
  const othersSigns = [sign("median", strings.sign_median), sign("dot", strings.sign_dot)];
  const signs = html("p", { class: "signs" }, ...config.when.map(({ id, label }) => sign(id, label)), ...othersSigns);

  // ---- the list
  const rows = new Map();
  const list = html("ol", { class: "elements" });
  const name = html("input", { type: "text", maxlength: 80, required: true, "aria-label": strings.new_element, placeholder: strings.new_element });
  const add = html("form", { class: "add" }, name, html("button", { type: "submit" }, strings.add));
  add.addEventListener("submit", (event) => {
    event.preventDefault();
    const id = `eget_${Array.from(crypto.getRandomValues(new Uint8Array(8)), (n) => (n % 36).toString(36)).join("")}`;
    session.say("element", { id, label: name.value });
    name.value = "";
  });
  const leftOut = html("ul", {});
  const away = html("details", { class: "about" }, html("summary", {}, strings.left_out), leftOut);

  /** Say of what is typed beside a row why it is not kept; "" where nothing is. */
  function draft(row, words) {
    row.draft = Boolean(words);
    write(row.note, words);
    session.hold(row.id, row.draft);
    for (const field of row.fields) set(field, "aria-invalid", row.draft && !isLegal(field));
  }
  const isLegal = (field) => field.value !== "" && field.checkValidity();
  const isCleared = (field) => field.value === "" && !field.validity.badInput;
  function settle(row) {
    const { fields, spot } = row;
    if (fields.every(isLegal)) {
      const typed = fields.map(({ value }) => Number(value));
      if (String(typed) !== String(spot)) return place(row.id, typed);
      return draft(row, "");
    }
    if (fields.every((field) => isCleared(field) || (spot && isLegal(field)))) {
      draft(row, "");
      return show();
    }
    const words = fields.every((field) => isLegal(field) || isCleared(field)) ? strings.half : fill(strings.off, { hoejest: config.highest });
    draft(row, words);
    return status.whisper(words);
  }
  function numberField(row) {
    const field = html("input", { type: "number", min: 0, max: config.highest, step: 1, inputmode: "numeric" });
    field.addEventListener("focus", () => choose(row.id));
    field.addEventListener("change", () => settle(row));
    // What could not be overwritten while the field was in use is shown when it is left.
    field.addEventListener("blur", () => show());
    return field;
  }
  function buildRow(id) {
    const row = { id, spot: null };
    row.badge = html("span", { class: "badge" });
    row.label = html("span", { class: "name" });
    row.help = html("span", { class: "help" });
    row.apart = html("p", { class: "apart" });
    row.note = html("p", { class: "off" });
    row.influence = numberField(row);
    row.control = numberField(row);
    row.fields = [row.influence, row.control];
    const field = (text, input) => html("label", {}, html("span", { "aria-hidden": "true" }, text), input);
    row.rename = html("input", { type: "text", maxlength: 80, required: true });
    const form = html("form", { class: "save" }, row.rename, html("button", { type: "submit" }, strings.rename));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      session.say("element", { id, label: row.rename.value });
      row.more.close(true);
    });
    row.pick = button(strings.pick, () => answer("pick", { id, on: row.pick.getAttribute("aria-pressed") !== "true" }), { class: "pick" });
    row.out = button(strings.leave_out, () => session.say("leave_out", { id, on: true }));
    row.off = button(strings.unplace, () => { row.more.close(false); unplace(id); });
    row.more = dropdown(strings.more, {}, form, row.off, row.out);
    if (!leads) row.off.classList.add("quiet");
    row.node = html("li", { "data-id": id }, row.badge,
      html("div", { class: "words", onclick: () => choose(id) }, row.label, row.help, row.note, row.apart),
      html("div", { class: "numbers" }, field(strings.influence, row.influence), field(strings.control, row.control)),
      html("div", { class: "acts" }, ...(leads ? [row.pick, row.more] : [row.off])));
    map.draggable(row.badge, id, true);
    return row;
  }
  const apartOf = ({ apart }) => (way.compare ? apart[way.when] : null);
  function showRow(one, number) {
    const row = rows.get(one.id);
    row.spot = spotsOf(one)[way.when] ?? null;
    write(row.badge, String(number));
    write(row.label, one.label);
    write(row.help, [one.help, one.cause].filter(Boolean).join(" "));
    write(row.apart, apartOf(one)?.said ?? "");
    for (const [at, field] of row.fields.entries()) {
      set(field, "aria-label", fill(at ? strings.control_number : strings.influence_number, { hoejest: config.highest, element: one.label }));
      const value = row.spot ? String(row.spot[at]) : "";
      if (!row.draft && field.value !== value && document.activeElement !== field) field.value = value;
    }
    set(row.pick, "aria-pressed", one.picked);
    set(row.pick, "aria-label", fill(strings.pick_one, { element: one.label }));
    set(row.rename, "aria-label", fill(strings.rename_one, { element: one.label }));
    if (!row.more.open) row.rename.value = one.label;
    set(row.out, "aria-label", fill(strings.leave_out_one, { element: one.label }));
    set(row.off, "aria-label", fill(strings.unplace_one, { element: one.label }));
    row.off.hidden = !row.spot;
    row.node.classList.toggle("chosen", one.id === way.chosen);
  }

  // ---- the three lists
  const lists = new Map();
  const potential = html("section", { class: "potential" }, html("h2", {}, strings.decisions));
  function buildItem(item) {
    const fields = {};
    const whose = { id: item.id, question: item.question, ...questionNow() };
    const keep = () => session.say("decide", { ...whose,
      ...Object.fromEntries(["what", "who", "by"].map((key) => [key, fields[key].value])) });
    for (const key of ["what", "who", "by"]) {
      fields[key] = keptField("input", { type: "text", maxlength: 400, placeholder: strings[key], "aria-label": `${strings[key]} ${item.label}` }, keep);
    }
    const why = html("p", { class: "why" });
    const title = html("h4", {});
    const node = html("li", {}, title, why, html("div", { class: "decision" }, fields.what, fields.who, fields.by));
    const settleAll = () => Object.values(fields).forEach((one) => one.settle());
    return { node, settle: settleAll, update: (now) => {
      write(title, now.label);
      write(why, now.why);
      const waits = session.waiting().some(({ kind, content }) => kind === "decide" && content.id === whose.id && content.question === whose.question && isAsked(content));
      if (!waits) for (const key of ["what", "who", "by"]) fields[key].update(now.decision[key]);
    } };
  }
  function showList(told) {
    if (!lists.has(told.question)) {
      const items = html("ul", {});
      const empty = html("p", { class: "empty" }, told.empty);
      potential.append(html("div", { class: "list", "data-question": told.question }, html("h3", {}, told.title), html("p", { class: "asked" }, told.asked), empty, items));
      lists.set(told.question, { items, empty, box: potential.lastChild, known: new Map() });
    }
    const { items, empty, known } = lists.get(told.question);
    const keyOf = ({ question, id }) => [questionKey(view), question, id].join("\n");
    const now = new Set(told.items.map(keyOf));
    for (const [key, item] of known) {
      if (now.has(key)) continue;
      item.settle();
      item.node.remove();
    }
    told.items.forEach((item, at) => {
      const key = keyOf(item);
      if (!known.has(key)) known.set(key, buildItem(item));
      known.get(key).update(item);
      const { node } = known.get(key);
      if (items.children[at] !== node) items.insertBefore(node, items.children[at] ?? null);
    });
    empty.hidden = told.items.length > 0;
  }

  function show() {
    if (!view) return;
    role.lastChild.value = view.role;
    area.lastChild.value = view.area;
    write(asked, fill(strings.asked_now, { rolle: labelIn(config.roles, view.role), omraade: labelIn(config.areas, view.area) }));
    write(said, config.areas.find(({ id }) => id === view.area)?.said ?? "");
    said.hidden = !said.textContent;
    for (const one of layers) set(one, "aria-pressed", one.dataset.when === way.when);
    set(compare, "aria-pressed", way.compare);
    frozen.hidden = !way.compare || !view.shown_at;
    for (const one of othersSigns) one.hidden = !way.compare;
    write(frozenText, fill(strings.frozen, { tid: view.shown_at }));
    write(count, counted(view.participants, strings.participants_one, strings.participants));
    const ids = new Set(view.elements.map(({ id }) => id));
    for (const [id, row] of rows) if (!ids.has(id)) { draft(row, ""); row.node.remove(); rows.delete(id); }
    view.elements.forEach((one, at) => {
      if (!rows.has(one.id)) rows.set(one.id, buildRow(one.id));
      showRow(one, at + 1);
      const { node } = rows.get(one.id);
      if (list.children[at] !== node) list.insertBefore(node, list.children[at] ?? null);
    });
    map.update(view.elements.map((one, at) => ({ ...one, number: at + 1, spots: spotsOf(one), shown: apartOf(one) })), way.when, way.chosen);
    if (!leads) return;
    leftOut.replaceChildren(...view.left_out.map(({ id, label }) => html("li", {}, label, " ",
      button(strings.bring_back, () => session.say("leave_out", { id, on: false }), { class: "quiet", "aria-label": `${strings.bring_back}: ${label}` }))));
    away.hidden = !view.left_out.length;
    view.lists.forEach(showList);
    for (const [question, { box }] of lists) box.hidden = !view.lists.some((told) => told.question === question);
  }

  return {
    tools: leads ? [role, area, layer, compare, download, count] : [asked, layer, count],
    body: [html("main", { class: "influence" },
      html("div", { class: "left" }, html("p", { class: "hint" }, leads ? strings.map_hint : strings.own_hint), said, leads ? asked : null, frozen, map.node),
      html("div", { class: "right" }, html("div", { class: "heading" }, html("h2", {}, leads ? strings.elements : strings.own_title), signs), list, ...(leads ? [add, away] : [])),
      ...(leads ? [potential] : []))],
    show(next) {
      if (view && questionKey(next) !== questionKey(view)) {
        way.compare = false;
        for (const row of rows.values()) draft(row, "");
      }
      view = next;
      show();
    },
    own(next) { way.own = next; show(); },
  };
}

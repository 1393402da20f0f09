// The page of the dialogue cards.

function buildCards(config, session, status, { leads, download }) {
  const { strings } = config;
  let view = null;
  let own = {};
  const cardOf = (kind, id) => config.decks.find((deck) => deck.kind === kind).cards.find((card) => card.id === id);
  const tableNow = () => {
    const table = { ...view.table };
    for (const { kind, content } of session.waiting()) if (kind === "draw") table[content.card_kind] = content.id;
    return table;
  };

  function buildSlot(deck) {
    const way = { topic: "", back: false, id: "" };
    const offered = () => deck.cards.filter((card) => !way.topic || card.topics.includes(way.topic));
    const lay = (id) => {
      note.settle();
      session.say("draw", { card_kind: deck.kind, id });
      status.whisper(id ? fill(strings.drawn, { slags: deck.label, titel: cardOf(deck.kind, id).title }) : strings.table_empty);
      show();
    };
    const step = (by) => {
      const cards = offered();
      if (!cards.length) return status.say(strings.no_cards);
      const at = cards.findIndex(({ id }) => id === way.id);
      return lay(cards[at < 0 ? (by < 0 ? cards.length - 1 : 0) : (at + by + cards.length) % cards.length].id);
    };
    const draw = () => {
      const cards = offered().filter(({ id }) => id !== way.id);
      return cards.length ? lay(cards[Math.floor(Math.random() * cards.length)].id) : status.say(strings.no_cards);
    };
    const choose = html("select", { "aria-label": `${strings.choose}: ${deck.label}`, onchange: () => lay(choose.value) });
    const topic = html("select", { "aria-label": strings.filter, onchange: () => { way.topic = topic.value; fillChoice(); } },
      html("option", { value: "" }, strings.all), ...config.topics.map(({ id, label }) => html("option", { value: id }, label)));
    const fillChoice = () => choose.replaceChildren(html("option", { value: "" }, strings.choose),
      ...deck.cards.filter((card) => card.id === way.id || offered().includes(card)).map(({ id, title }) => html("option", { value: id, selected: id === way.id }, title)));
    const front = html("div", { class: "side" });
    const back = html("div", { class: "side back" });
    const turn = button(strings.turn, () => { way.back = !way.back; show(); }, { class: "turn" });
    const card = html("article", { class: `card ${deck.kind}` }, front, back);
    const empty = html("p", { class: "empty" }, strings.table_empty);
    const named = (label) => ({ "aria-label": `${label}: ${deck.label}` });
    const acts = html("div", { class: "acts" }, button(strings.draw, draw, { class: "primary", ...named(strings.draw) }),
      button(strings.previous, () => step(-1), named(strings.previous)), button(strings.next, () => step(1), named(strings.next)),
      button(strings.put_away, () => lay(""), named(strings.put_away)));
    const node = html("section", { class: "slot", "data-kind": deck.kind },
      html("div", { class: "heading" }, html("h2", {}, deck.title), leads && deck.kind === "theme" ? topic : null),
      ...(leads ? [choose, acts] : []), empty, card, turn);
    function update(id) {
      const shown = id ? cardOf(deck.kind, id) : null;
      if (id !== way.id) {
        way.id = id;
        way.back = false;
        fillChoice();
        const list = (heading, lines) => lines.length ? [html("h4", {}, heading), ...lines.map((line) => html("p", {}, line))] : [];
        front.replaceChildren(...(shown ? [html("h3", {}, shown.title), ...shown.text.map((line) => html("p", { class: "lead" }, line)),
          html("p", { class: "question" }, shown.question), ...list(strings.facts, shown.facts)] : []));
        back.replaceChildren(...(shown ? [html("h3", {}, shown.title), ...shown.back.flatMap(({ heading, lines }) => list(heading, lines)),
          html("p", { class: "sources" }, shown.sources.join("; "))] : []));
      }
      empty.hidden = Boolean(shown);
      card.hidden = turn.hidden = !shown;
      front.hidden = way.back;
      back.hidden = !way.back;
      set(turn, "aria-pressed", way.back);
      set(turn, "aria-label", `${strings.turn}: ${deck.label}, ${way.back ? strings.back : strings.front}`);
    }
    fillChoice();
    return { node, update };
  }
  const slots = config.decks.map((deck) => [deck.kind, buildSlot(deck)]);

  // ---- the note of what lies together
  let noteOf = "";
  const note = keptField("textarea", { rows: 4, maxlength: 2000, id: "borger-note" }, (text) => {
    if (noteOf) session.say("note", { table: JSON.parse(noteOf), text });
  });
  const noteBox = html("section", { class: "note" }, html("h2", {}, html("label", { for: "borger-note" }, strings.note)), note,
    html("p", { class: "hint" }, strings.note_hint));

  // ---- votes
  const [lowest, highest] = config.scale;
  const numbers = Array.from({ length: highest - lowest + 1 }, (_, at) => lowest + at);
  const fit = html("p", { class: "fit" });
  const votes = numbers.map((value) => {
    const input = html("input", { type: "radio", name: "borger-vote", value, onchange: () => {
      own = { ...own, [view.table.theme]: value };
      session.say("vote", { id: view.table.theme, fit: value });
    } });
    const end = value === lowest ? ` (${strings.vote_low})` : value === highest ? ` (${strings.vote_high})` : "";
    return html("label", { class: "box" }, input, html("span", {}, `${value}${end}`));
  });
  const vote = html("fieldset", { class: "vote" }, html("legend", {}, strings.vote),
    ...(leads ? [html("p", { class: "hint" }, strings.vote_lead), button(strings.reveal_votes, () => session.say("reveal", { id: view.table.theme }))] : votes), fit);

  // ---- the minutes
  const rounds = html("div", { class: "rounds" });
  const copy = button(strings.copy, async () => {
    const text = view.summary.map(({ titles, note: words, fit: told }) => [titles.join(" + "), words, told].filter(Boolean).join("\n")).join("\n\n");
    try {
      await navigator.clipboard.writeText(text);
      status.say(strings.copied);
    } catch {
      status.say(strings.copy_failed);
    }
  });
  const nothing = html("p", { class: "empty" }, strings.summary_empty);
  const minutes = html("section", { class: "minutes" }, html("h2", {}, strings.summary), nothing, rounds, copy);
  const count = html("p", { class: "count" });
  // On a telephone the vote is what there is to do: it stands with the theme that it is about.
  if (!leads) slots.find(([kind]) => kind === "theme")[1].node.append(vote);

  function show() {
    if (!view) return;
    const table = tableNow();
    for (const [kind, slot] of slots) slot.update(table[kind]);
    const key = JSON.stringify(config.decks.map(({ kind }) => table[kind]));
    if (key !== noteOf) {
      note.settle();
      noteOf = Object.values(table).some(Boolean) ? key : "";
      note.forget();
    }
    note.disabled = !noteOf;
    const waiting = session.waiting().findLast(({ kind, content }) => kind === "note" && JSON.stringify(content.table) === key);
    note.update(waiting?.content.text ?? view.notes?.find((one) => JSON.stringify(one.table) === key)?.text ?? "");
    vote.hidden = !table.theme;
    write(fit, view.fit?.[table.theme] ?? "");
    const voting = session.waiting().findLast(({ kind, content }) => kind === "vote" && content.id === table.theme);
    const voted = voting?.content.fit ?? own[table.theme];
    for (const box of votes) box.firstChild.checked = Number(box.firstChild.value) === voted;
    write(count, counted(view.participants, strings.voted_one, strings.voted));
    if (!leads) return;
    rounds.replaceChildren(...view.summary.map(({ titles, note: words, fit: told }) => html("div", { class: "round" },
      html("h3", {}, titles.join(" + ")), words ? html("p", {}, words) : null, told ? html("p", { class: "asked" }, told) : null)));
    nothing.hidden = view.summary.length > 0;
    copy.hidden = !view.summary.length;
  }
  return {
    tools: leads ? [download, count] : [count],
    body: [html("main", { class: "cards" }, html("div", { class: "table" }, ...slots.map(([, slot]) => slot.node)),
      ...(leads ? [noteBox, vote, minutes] : []))],
    show(next) { view = next; show(); },
    own(next) { own = next; show(); },
  };
}

// The page: it asks the kernel for each selection, shows what comes back, and remembers the way here.

/**
 * JupyterLab sends a widget's messages by a thread of their own in the kernel, which costs some 30 ms a message
 * (ipykernel 7.4). Ours are short: they go the ordinary way. JupyterLab's own setting for this is no way out:
 * switched while a notebook's widgets open, it leaves one of them writing to a thread that has ended.
 */
function useMainShell(model) {
  for (const comm of model.widget_manager?.kernel?._comms?.values() ?? []) {
    Object.defineProperty(comm, "_subshellId", { get: () => null, set: () => {}, configurable: true });
  }
}

const PATIENCE = 5000;
const PATIENCE_AT_WORK = 180000; // where the kernel has said that it takes longer
const PULSE = 15000;
const RETURN_EVERY = 1000;
const RETURNS_A_MINUTE = 3;

/** Whether the page may come back by itself once more: not for ever, where that does not help. */
function mayReturn() {
  const now = Date.now();
  const times = JSON.parse(sessionStorage.getItem("borger-returns") ?? "[]").filter((time) => now - time < 60000);
  if (times.length >= RETURNS_A_MINUTE) return false;
  sessionStorage.setItem("borger-returns", JSON.stringify([...times, now]));
  return true;
}

function buildPage({ model, el }, way, isNew) {
  const config = model.get("config");
  const { strings } = config;
  const inLab = !document.body.dataset.voila;
  const waiting = new Map();
  let atWork = false;
  let gone = false;
  const files = [];

  // ---- asking
  function expect(what) {
    clearTimeout(waiting.get(what));
    const miss = () => {
      messages.raise(inLab ? strings.dead_lab : strings.dead, !inLab);
      if (!inLab && !gone && mayReturn()) comeBack();
    };
    waiting.set(what, setTimeout(miss, atWork ? PATIENCE_AT_WORK : PATIENCE));
  }
  const linkOf = (levels) => Object.entries(config.keys).filter(([role]) => levels[role]?.length)
    .map(([role, key]) => `${key}=${levels[role].map(encodeURIComponent).join(",")}`).join("&");
  const linkTo = ({ levels, against }) => [linkOf(levels), ...(against ? ["mod", linkOf(against)] : [])].filter(Boolean).join("&");
  /** As soon as somebody answers: the page anew, with the selection that was asked for last. */
  async function comeBack() {
    gone = true;
    remember(linkTo(way.wanted));
    for (;;) {
      try {
        await fetch(`${location.pathname}login`, { cache: "no-store" });
        break;
      } catch {
        await new Promise((go) => setTimeout(go, RETURN_EVERY));
      }
    }
    location.reload();
  }
  function arrived() {
    for (const timer of waiting.values()) clearTimeout(timer);
    waiting.clear();
    messages.calm();
    if (atWork) messages.say("");
    atWork = false;
  }
  function send(message) {
    expect(message.kind === "ping" ? "pong" : "view");
    sendTo(model, message);
  }
  /** Ask for what is wanted from now on, whether or not it is shown yet; a link's is known when it is answered. */
  function ask(message, wanted, { isStep = true } = {}) {
    if (isStep) {
      way.past.push(way.wanted);
      way.future = [];
    }
    if (wanted) {
      way.wanted = wanted;
      remember(linkTo(wanted)); // while the kernel works: whoever loads the page anew meanwhile loses nothing
    }
    way.number += 1;
    root.dataset.asked = String(way.number);
    send({ sort: way.sort, table: way.table, ...message, number: way.number });
  }
  const now = () => ({ levels: way.levels, against: way.against, focus: way.focus });
  const select = (wanted, options) => ask({ kind: "select", ...wanted }, wanted, options);
  /** Others than those wanted until now: a question of the menu is then no longer asked. */
  const choose = (part) => select({ ...way.wanted, focus: null, ...part });
  function change(role, levels) {
    const next = { ...way.wanted.levels, [role]: levels };
    if (!levels.length) delete next[role];
    choose({ levels: next });
  }
  function act(message) {
    if (message.kind === "copy") {
      copy(message.text).then((done) => messages.say(done ? strings.table_copied : strings.link_failed));
      return;
    }
    if (message.kind === "report") messages.say(strings.report_running);
    send({ ...message, sort: way.sort });
  }
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  }
  function step(from, to) {
    if (!from.length) return;
    to.push(way.wanted);
    select(from.pop(), { isStep: false });
  }
  const address = () => {
    const link = linkTo(way.wanted);
    return `${location.origin}${location.pathname}${link ? `#${link}` : ""}`;
  };
  const tools = buildTools(config, {
    question: ({ id, levels, against, focus }) => ask({ kind: "question", id }, { levels, against, focus }),
    act,
    undo: () => step(way.past, way.future),
    redo: () => step(way.future, way.past),
    reset: () => isNarrowed() && choose({ levels: {}, against: null }),
    compareHold: () => choose({ against: way.wanted.levels }),
    compareWith: (role, level) => choose({ against: { ...way.wanted.levels, [role]: [level] } }),
    compareSwap: () => choose({ levels: way.wanted.against, against: way.wanted.levels }),
    compareEnd: () => choose({ against: null }),
    sort: (sort) => {
      way.sort = sort;
      select(way.wanted, { isStep: false });
    },
    copyLink: async () => {
      const done = await copy(address());
      const near = ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
      messages.say(done ? `${strings.link_copied}${near ? ` ${strings.link_near}` : ""}` : strings.link_failed, done ? "" : address(), done ? "" : address());
    },
    present: () => present(!way.presenting),
  });

  // ---- parts
  const messages = buildMessages(strings);
  const filters = buildFilters(config, change);
  const charts = new Map();
  const isNarrowed = () => Object.keys(way.wanted.levels).length > 0 || way.wanted.against !== null;
  const overview = buildOverview(config, (table) => {
    way.table = table;
    select(way.wanted, { isStep: false });
  }, (levels, focus) => choose({ levels, against: null, focus }));
  const who = html("h2", { class: "who" });
  const size = html("p", { class: "size" });
  const versus = html("p", { class: "versus" });
  const facts = html("dl", { class: "facts" });
  const answer = html("p", { class: "answer", role: "status" });
  const notice = html("p", { class: "notice", role: "status" });
  const grid = html("div", { class: "charts" });
  const about = html("ul", {});
  const main = html("main", { class: "content" },
    html("div", { class: "summary" }, who, size, versus, facts, answer, notice, html("p", { class: "near" }, strings.near_report)), grid, buildSince(config), overview.node,
    html("details", { class: "about" }, html("summary", {}, strings.about_numbers), about));
  const head = html("header", {}, html("h1", {}, config.title),
    config.simulated ? html("p", { class: "simulated" }, config.simulated) : null);
  const root = html("div", { class: inLab ? "borger-dashboard" : "borger-dashboard page", lang: "da" },
    head, tools.node, messages.box, messages.alarm, messages.status, filters.node, main);

  // ---- showing
  let shown = {};
  function show() {
    const view = model.get("view");
    const first = !charts.size;
    const moved = !same([view.levels, view.against], [way.levels, way.against]);
    way.levels = view.levels;
    way.against = view.against;
    way.focus = view.focus;
    if (view.number >= way.number) way.wanted = now(); // otherwise more has been asked for since
    way.sort = view.sort;
    filters.update(way.wanted.levels);
    write(who, view.heading);
    write(size, view.size);
    write(versus, view.versus);
    versus.hidden = !view.versus;
    root.classList.toggle("comparing", Boolean(view.versus));
    overview.update(view.table, way.table);
    if (!same(view.facts, shown.facts)) {
      facts.replaceChildren(...view.facts.map(({ label, value }) => html("div", {}, html("dt", {}, label), html("dd", {}, value))));
    }
    write(answer, view.answer);
    answer.hidden = !view.answer;
    write(notice, view.notice);
    notice.hidden = !view.notice;
    if (!same(view.about, shown.about)) about.replaceChildren(...view.about.map((line) => html("li", {}, line)));
    shown = view;
    for (const chart of view.charts) {
      if (!charts.has(chart.id)) {
        charts.set(chart.id, buildChart(config, chart.id, act));
        grid.append(charts.get(chart.id).node);
      }
      charts.get(chart.id).update(chart);
    }
    refresh();
    if (!first && moved) messages.whisper(fill(strings.changed, { valg: view.heading }));
    requestAnimationFrame(() => {
      root.dataset.shown = String(view.number);
      // The address is changed after the picture: it takes longer, and nobody waits for it.
      setTimeout(() => view.number < way.number || remember(view.link), 0);
    });
  }
  function refresh() {
    tools.update({
      canUndo: way.past.length > 0,
      canRedo: way.future.length > 0,
      canReset: isNarrowed(),
      comparing: way.against !== null,
      sorted: way.sort,
      presenting: way.presenting,
    });
  }
  function remember(link) {
    if (inLab) return;
    // The token that opened the page goes as well: this address is copied and projected.
    const shorter = `${location.pathname}${link ? `#${link}` : ""}`;
    const differs = `${location.pathname}${location.search}${location.hash}` !== shorter;
    // Whoever comes back after the server was away has the steps back as well.
    if (gone || differs) history.replaceState(gone ? { steps: [way.past, way.future] } : null, "", shorter);
  }
  function present(on) {
    way.presenting = on;
    messages.say(""); // a line above a slide would push its last one off the screen
    root.classList.toggle("presenting", on);
    turn(0);
    filters.present(on);
    for (const chart of charts.values()) chart.present(on);
    // The document, not the page in it: what fills a screen by itself is printed as one sheet, cut off.
    // It takes its time, in which the presentation may have been left again.
    const leave = () => way.presenting || document.exitFullscreen();
    if (on) (inLab ? root : document.documentElement).requestFullscreen?.().then(leave).catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
    refresh();
  }

  /** One chart a slide. */
  function turn(by) {
    const shownCharts = [...charts.values()];
    way.slide = (way.slide + by + shownCharts.length) % Math.max(1, shownCharts.length);
    shownCharts.forEach((chart, at) => chart.node.classList.toggle("current", at === way.slide));
    if (way.presenting && by) {
      shownCharts[way.slide]?.present(true);
      messages.whisper(shownCharts[way.slide]?.node.querySelector(".finding").textContent);
    }
  }

  // ---- hearing
  function hear(message, buffers) {
    arrived();
    if (message.kind === "file") {
      const blob = new Blob(buffers, { type: message.mime });
      const where = URL.createObjectURL(blob);
      files.push(where);
      if (message.open) messages.say(message.text, where, message.name);
      else {
        html("a", { href: where, download: message.name }).click();
        messages.say(fill(strings.file_ready, { navn: message.name }));
      }
    } else if (message.kind === "said") {
      messages.say(message.text);
      if (message.refused === undefined || message.refused < way.number) return;
      way.wanted = now();
      filters.update(way.levels); // what was refused is not ticked
      remember(model.get("view").link);
    } else if (message.kind === "news") {
      messages.say(message.text);
    } else if (message.kind === "working") {
      atWork = true;
      messages.say(message.text);
      expect("view");
    }
  }
  function onKey(event) {
    if (event.key === "Escape" && way.presenting && !filters.close()) present(false);
    const turns = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (turns && way.presenting && !event.target.matches?.("input:not([type=checkbox]), select, textarea")) {
      event.preventDefault();
      turn(turns);
      return;
    }
    const typing = event.target.matches?.("input[type=text], textarea, select");
    if (typing || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase(); // with Shift, or Caps Lock, it is a capital
    const redo = key === "y" || (key === "z" && event.shiftKey);
    if (redo || key === "z") {
      event.preventDefault();
      event.stopPropagation();
      step(...(redo ? [way.future, way.past] : [way.past, way.future]));
    }
  }
  const read = (link) => {
    try {
      return decodeURIComponent(link);
    } catch {
      return link; // '100%' is no code; the kernel tells what is wrong with it
    }
  };
  const onHash = () => {
    if (read(location.hash.slice(1)) !== read(model.get("view").link)) ask({ kind: "link", text: location.hash }, null);
  };
  const onFullscreen = () => {
    if (!document.fullscreenElement && way.presenting) present(false);
  };
  const narrow = window.matchMedia("(max-width: 720px)");
  // A slide needs room, and the way out of it; the filters fold where there is little.
  const onNarrow = () => (way.presenting ? present(false) : filters.present(false));
  function onPrint({ type }) {
    if (way.presenting) present(false); // on paper stand all charts
    root.querySelector(".about").open = true; // source and protection go along
    for (const chart of charts.values()) chart.print(type === "beforeprint");
  }
  const onView = () => {
    arrived();
    show();
  };
  const onMenu = () => tools.updateMenu(model.get("menu"));

  useMainShell(model);
  // Voilà's own bars are empty: to a screen reader this page has one header.
  for (const bar of document.querySelectorAll("#voila-top-panel, #voila-bottom-panel")) bar.removeAttribute("role");
  model.on("change:view", onView);
  model.on("change:menu", onMenu);
  model.on("msg:custom", hear);
  // A page of its own hears keys wherever the focus is: a presenter clicks beside everything.
  const ears = inLab ? root : document;
  const ended = new AbortController();
  const { signal } = ended;
  ears.addEventListener("keydown", onKey, { signal });
  if (inLab) keepKeys(root);
  narrow.addEventListener("change", onNarrow, { signal });
  document.addEventListener("fullscreenchange", onFullscreen, { signal });
  for (const type of ["beforeprint", "afterprint"]) addEventListener(type, onPrint, { signal });
  closeOthers(root, signal);
  const pulse = setInterval(() => document.hidden || send({ kind: "ping" }), PULSE);
  el.append(html("div", { class: "borger-host" }, root));
  onMenu();
  const link = inLab ? "" : location.hash;
  show();
  if (!inLab) addEventListener("hashchange", onHash, { signal });
  if (isNew) {
    if (link.length > 1) ask({ kind: "link", text: link }, null, { isStep: false });
    // The kernel may have stood ready for long: has anything changed since?
    send({ kind: "ping" });
  }

  return () => {
    ended.abort();
    clearInterval(pulse);
    for (const timer of waiting.values()) clearTimeout(timer);
    for (const chart of charts.values()) chart.stop();
    for (const file of files) URL.revokeObjectURL(file);
    model.off("change:view", onView);
    model.off("change:menu", onMenu);
    model.off("msg:custom", hear);
  };
}

/** The page, built anew where what it offers has changed: a survey that was prepared again. */
function render({ model, el }) {
  // Kept where the page is built anew: the steps back as well.
  const way = { past: [], future: [], levels: {}, against: null, focus: null, wanted: { levels: {}, against: null, focus: null }, table: null, sort: "asked", number: 0, presenting: false, slide: 0 };
  const steps = history.state?.steps;
  if (steps) {
    [way.past, way.future] = steps;
    history.replaceState(null, "");
  }
  let remove = buildPage({ model, el }, way, true);
  const rebuild = () => {
    remove();
    el.replaceChildren();
    remove = buildPage({ model, el }, way, false);
  };
  model.on("change:config", rebuild);
  return () => {
    model.off("change:config", rebuild);
    remove();
  };
}

export default { render };

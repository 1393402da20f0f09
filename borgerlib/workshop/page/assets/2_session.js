// What is said goes out and is repeated until it is kept; what cannot be kept stays on the page, and that is said.

const LAST = "borger-workshop-unsaved-";
const PATIENCE = 5000;

function buildStatus(strings) {
  const kept = html("p", { class: "kept", role: "status" });
  const text = html("span", {});
  const box = html("div", { class: "message", role: "alert", hidden: true }, text,
    button(strings.close, () => { box.hidden = true; }, { class: "quiet" }));
  const spoken = html("p", { class: "unseen", role: "status" });
  return {
    node: [box, spoken],
    kept,
    show: (words) => write(kept, words),
    say: (words) => { write(text, words); box.hidden = !words; },
    whisper: (words) => write(spoken, words),
  };
}

/** The way to the session. `remember` names it where the page itself may go, else "". `post` sends a message, and may fail silently: it is then sent again by `resume`. */
function buildSession(strings, status, post, { remember, lost = strings.lost }) {
  const unsaved = new Map(remember && history.state?.[LAST + remember]);
  // What stands on the page and cannot be kept as it is: a number off the scale, one of two that belong together.
  const held = new Set();
  let timer = 0;
  let connected = true;
  function show() {
    if (remember) history.replaceState({ ...history.state, [LAST + remember]: [...unsaved] }, "");
    status.show(!connected ? lost : unsaved.size ? strings.saving : held.size ? strings.held : strings.saved);
    status.kept.classList.toggle("lost", !connected || held.size > 0);
  }
  function expect() {
    clearTimeout(timer);
    if (unsaved.size) timer = setTimeout(() => { connected = false; show(); }, PATIENCE);
  }
  return {
    say(kind, content) {
      const id = crypto.getRandomValues(new Uint32Array(2)).join("-");
      unsaved.set(id, { id, kind, content });
      post({ id, kind, content });
      expect();
      show();
    },
    kept(ids) {
      connected = true;
      for (const id of ids) unsaved.delete(id);
      expect();
      show();
    },
    hold(key, on) {
      if (on === held.has(key)) return;
      if (on) held.add(key);
      else held.delete(key);
      show();
    },
    cut() { connected = false; show(); },
    resume() {
      connected = true;
      for (const message of unsaved.values()) post(message);
      expect();
      show();
    },
    waiting: () => [...unsaved.values()],
    stop: () => clearTimeout(timer),
  };
}

/** A text field that is kept a moment after the last letter, and never overwritten while somebody writes in it, but shows what another wrote before that. */
function keptField(tag, attributes, keep) {
  let timer = 0;
  let shown = null;
  const field = html(tag, attributes);
  const settle = () => {
    clearTimeout(timer);
    if (field.value !== shown) {
      shown = field.value;
      keep(field.value);
    }
  };
  field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(settle, 600); });
  field.addEventListener("change", settle);
  field.update = (value) => {
    const untouched = shown === null || field.value === shown;
    if (untouched) {
      shown = value;
      if (field.value !== value) field.value = value;
    }
  };
  field.settle = settle;
  field.forget = () => { shown = null; };
  return field;
}

/** The files of a session, as a menu. */
function buildDownloads(strings, kinds, fetchFile) {
  const box = dropdown(strings.download, {}, ...kinds.map((kind) =>
    button(kind.toUpperCase(), () => { box.close(true); fetchFile(kind); })));
  return box;
}

/** How people come in: the code for all to see, and the picture to point a telephone at. */
function buildJoin(strings, join) {
  if (!join) return null;
  return dropdown(strings.join, { class: "dropdown join" },
    html("img", { src: join.picture, alt: join.address, width: 220, height: 220 }),
    html("p", {}, join.address), html("p", { class: "code" }, fill(strings.code, { kode: join.code })));
}

/** How many have answered: nothing for nobody. */
const counted = (count, one, several) => (count > 1 ? fill(several, { antal: count }) : count ? one : "");

const select = (label, options, act) => {
  const box = html("select", { onchange: () => act(box.value) },
    ...options.map(({ id, label: text }) => html("option", { value: id }, text)));
  return html("label", { class: "sort" }, html("span", {}, label), box);
};

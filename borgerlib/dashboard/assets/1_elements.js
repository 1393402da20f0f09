// Building blocks. All text goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

function put(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const html = (tag, attributes, ...children) => put(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => put(document.createElementNS(SVG, tag), attributes, children);

/** Change an attribute or a text only where it differs: what stays is not drawn again. */
function set(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

function setAll(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const button = (label, act, attributes = {}) => html("button", { type: "button", onclick: act, ...attributes }, label);
/** A button that asks once more before it acts: others use what it deletes. */
function asking(label, sure, act, name) {
  const node = button(label, () => {
    if (node.dataset.asked) act();
    else {
      node.dataset.asked = "yes";
      node.textContent = sure;
      node.setAttribute("aria-label", `${name}: ${sure}`);
    }
  }, { class: "quiet", "aria-label": name });
  node.addEventListener("blur", () => {
    delete node.dataset.asked;
    node.textContent = label;
    node.setAttribute("aria-label", name);
  });
  return node;
}
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** A button that opens a small panel; Escape and a click elsewhere close it. */
function dropdown(label, attributes, ...children) {
  const panel = html("div", { class: "panel" }, ...children);
  const box = html("details", { class: "dropdown", ...attributes }, html("summary", {}, label), panel);
  box.close = (focus) => {
    box.open = false;
    if (focus) box.firstChild.focus();
  };
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.open) {
      event.stopPropagation();
      box.close(true);
    }
  });
  box.panel = panel;
  return box;
}

/** Keep keys from the notebook, where arrows would move between cells and x cut one; it saves by Ctrl and Cmd. */
const keepKeys = (root) =>
  root.addEventListener("keydown", (event) => event.ctrlKey || event.metaKey || event.stopPropagation());

/** Where the connection is cut ("Cannot send") nothing is thrown: whoever waits for an answer notices that none comes. */
function sendTo(model, message) {
  try { model.send(message); } catch { /* as told */ }
}

function closeOthers(root, signal) {
  const close = (event) => {
    for (const box of root.querySelectorAll("details.dropdown[open]")) {
      if (!box.contains(event.target)) box.close(false);
    }
  };
  document.addEventListener("pointerdown", close, { signal });
  root.addEventListener("focusin", close);
}

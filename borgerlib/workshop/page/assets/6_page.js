// The page in a notebook and on its own: the same, by another way to the session.

function buildPage(config, { post, fetchFile, leads, remember, lost }) {
  const { strings } = config;
  const status = buildStatus(strings);
  const session = buildSession(strings, status, post, { remember, lost });
  const download = buildDownloads(strings, config.downloads ?? [], fetchFile);
  const build = config.tool === "indflydelse" ? buildInfluence : buildCards;
  const tool = build(config, session, status, { leads, download });
  const present = leads ? button(strings.present, () => presenting(!root.matches(".presenting")), { class: "present", "aria-pressed": "false" }) : null;
  const head = html("header", {}, config.logo ? html("img", { class: "logo", src: config.logo, alt: config.name }) : null,
    html("h1", {}, config.title),
    config.session ? html("p", { class: "session" }, config.session) : null,
    config.simulated ? html("p", { class: "simulated" }, config.simulated) : null);
  const root = html("div", { class: `borger-dashboard borger-workshop${leads ? "" : " participant"}`, lang: "da" }, head,
    html("div", { class: "toolbar", role: "group", "aria-label": config.title }, ...tool.tools, buildJoin(strings, config.join), present, status.kept),
    ...status.node, ...tool.body);
  function presenting(on) {
    root.classList.toggle("presenting", on);
    set(present, "aria-pressed", on);
    write(present, on ? strings.present_end : strings.present);
    if (on) root.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
  }
  root.addEventListener("keydown", (event) => { if (event.key === "Escape" && root.matches(".presenting")) presenting(false); });
  keepKeys(root);
  root.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) presenting(false); });
  const stop = closeOthers(root);
  if (config.notice) status.say(config.notice);
  function hear(message) {
    if (message.kind === "kept") session.kept(message.ids);
    else if (message.kind === "said") status.say(message.text);
    else if (message.kind === "own") tool.own(message.own);
    else if (message.kind === "view") {
      tool.show(message.view);
      root.dataset.shown = String(Number(root.dataset.shown ?? 0) + 1);
    }
  }
  return { root, session, status, hear, stop: () => { stop(); session.stop(); } };
}

/** In a notebook. */
function render({ model, el }) {
  const config = model.get("config");
  const files = [];
  const page = buildPage(config, {
    post: (message) => sendTo(model, message),
    fetchFile: (kind) => sendTo(model, { kind: "download", content: kind }),
    leads: true,
    remember: "",
    lost: config.strings.dead_lab,
  });
  const onView = () => page.hear({ kind: "view", view: model.get("view") });
  const onMessage = (message, buffers) => {
    if (message.kind !== "file") return page.hear(message);
    files.push(URL.createObjectURL(new Blob(buffers, { type: message.mime })));
    return html("a", { href: files.at(-1), download: message.name }).click();
  };
  model.on("change:view", onView);
  model.on("msg:custom", onMessage);
  el.append(html("div", { class: "borger-host" }, page.root));
  page.session.kept([]);
  onView();
  return () => {
    page.stop();
    for (const file of files) URL.revokeObjectURL(file);
    model.off("change:view", onView);
    model.off("msg:custom", onMessage);
  };
}

/** On a page of its own: a line to the server that is taken up again when it breaks. */
function open(el, config) {
  let line = null;
  let pause = 500;
  const page = buildPage(config, {
    post: (message) => line?.readyState === WebSocket.OPEN && line.send(JSON.stringify(message)),
    fetchFile: (kind) => html("a", { href: `hent/${kind}`, download: "" }).click(),
    leads: config.leads,
    remember: config.id,
  });
  function connect() {
    line = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws${config.leads ? "?leads=1" : ""}`);
    line.onopen = () => {
      pause = 500;
      page.session.resume();
    };
    line.onmessage = (event) => page.hear(JSON.parse(event.data));
    line.onclose = () => {
      page.session.cut();
      setTimeout(connect, pause);
      pause = Math.min(2 * pause, 5000);
    };
  }
  el.append(html("div", { class: "borger-host" }, page.root));
  connect();
}

export default { render, open };

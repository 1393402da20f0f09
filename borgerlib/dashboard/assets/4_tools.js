// The line of tools above the charts, and the messages under it.

function buildMessages(strings) {
  const status = html("p", { class: "unseen", role: "status" });
  const text = html("span", {});
  const link = html("a", { target: "_blank", rel: "noopener", hidden: true });
  const close = button(strings.close, () => say(""), { class: "quiet" });
  const box = html("div", { class: "message", role: "status", hidden: true }, text, link, close);
  const alarmText = html("p", {});
  const reload = button(strings.reload, () => location.reload(), { class: "primary reload" });
  const alarm = html("div", { class: "alarm", role: "alert", hidden: true }, alarmText, reload);

  function say(message, address = "", name = "") {
    write(text, message);
    link.hidden = !address;
    if (address) link.setAttribute("href", address);
    write(link, name);
    box.hidden = !message;
  }
  function raise(message, canReload) {
    write(alarmText, message);
    reload.hidden = !canReload;
    alarm.hidden = false;
  }
  const calm = () => { alarm.hidden = true; };
  return { status, box, alarm, say, raise, calm, whisper: (message) => write(status, message) };
}

function buildQuestions(strings, choose, act) {
  const own = html("ul", {});
  const saved = html("ul", {});
  const savedHeading = html("p", { class: "group" }, strings.own_questions);
  const name = html("input", { type: "text", maxlength: 80, required: true, "aria-label": strings.question_name, placeholder: strings.question_name });
  const form = html("form", { class: "save" }, name, html("button", { type: "submit" }, strings.save));
  const heading = html("p", { class: "group" }, strings.save_question);
  const box = dropdown(strings.questions, { class: "dropdown questions" }, own, savedHeading, saved, heading, form);
  // Others in the same meeting may have saved questions.
  box.addEventListener("toggle", () => box.open && act({ kind: "ping" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    act({ kind: "save_question", label: name.value });
    name.value = "";
    box.close(true);
  });
  const asked = (question) => button(question.label, () => {
    box.close(true);
    choose(question);
  });
  function update(menu) {
    own.replaceChildren(...menu.filter((q) => !q.saved).map((q) => html("li", {}, asked(q))));
    saved.replaceChildren(...menu.filter((q) => q.saved).map((q) => html("li", {}, asked(q),
      asking(strings.delete, strings.delete_sure, () => act({ kind: "delete_question", id: q.id }),
        fill(strings.delete_question, { navn: q.label })))));
    savedHeading.hidden = saved.hidden = !saved.children.length;
    own.hidden = !own.children.length;
  }
  return { node: box, update };
}

/** A second selection: the present one held fast, or the same people but of another age, sex or kind of area. */
function buildCompare(config, acts) {
  const { strings } = config;
  const close = (act) => () => {
    box.close(true);
    act();
  };
  const groups = config.filters.filter(({ role }) => ["age", "sex", "area_type"].includes(role)).map((filter) =>
    html("li", {}, html("span", { class: "name" }, filter.label), ...filter.levels.map((level) =>
      button(level.label, close(() => acts.compareWith(filter.role, level.id))))));
  const hold = button(strings.compare_hold, close(acts.compareHold));
  const swap = button(strings.compare_swap, close(acts.compareSwap));
  const end = button(strings.compare_end, close(acts.compareEnd));
  const box = dropdown(strings.compare, { class: "dropdown compare" }, swap, end, hold,
    html("p", { class: "group" }, strings.compare_hint), html("ul", {}, ...groups));
  const update = (comparing) => { swap.hidden = end.hidden = !comparing; };
  return { node: box, update };
}

function buildTools(config, acts) {
  const { strings } = config;
  const questions = buildQuestions(strings, acts.question, acts.act);
  const compare = buildCompare(config, acts);
  const undo = button(strings.undo, acts.undo);
  const redo = button(strings.redo, acts.redo);
  const reset = button(strings.reset, acts.reset);
  const link = button(strings.copy_link, acts.copyLink, { class: "seldom" });
  const report = button(strings.report, () => acts.act({ kind: "report" }), { class: "seldom" });
  // Where the window is narrow, the result comes first: what is seldom asked for waits behind a button.
  const more = button(strings.more_tools, () => set(more, "aria-expanded", node.classList.toggle("whole")), { class: "more", "aria-expanded": "false" });
  const present = button(strings.present, acts.present, { class: "present", "aria-pressed": "false" });
  const sort = html("select", { onchange: () => acts.sort(sort.value) },
    ...config.sorts.map(({ id, label }) => html("option", { value: id }, label)));
  const node = html("section", { class: "toolbar", "aria-label": strings.tools },
    questions.node, compare.node, undo, redo, reset, more,
    html("label", { class: "sort seldom" }, html("span", {}, strings.sort), sort), link, report, present);
  function update({ canUndo, canRedo, canReset, comparing, sorted, presenting }) {
    compare.update(comparing);
    // Not 'disabled': the keyboard would lose its place when the last step is undone.
    set(undo, "aria-disabled", !canUndo);
    set(redo, "aria-disabled", !canRedo);
    set(reset, "aria-disabled", !canReset);
    sort.value = sorted;
    set(present, "aria-pressed", presenting);
    write(present, presenting ? strings.present_end : strings.present);
  }
  return { node, update, updateMenu: questions.update };
}

"use strict";
// Answers stay on this machine: a draft until the tab is closed, submitted answers until somebody at the
// municipality has fetched them. Nothing is sent over the network.
(() => {
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const body = document.body, form = find("#skema"), dialog = find("#ask");
  const PAGE = `borger:${body.dataset.form}`;
  const QUIET = 240, ANSWER_WITHIN = 60, PATIENCE = 10; // seconds
  const questions = all("[data-question]");
  function word(name) {
    const said = find(`[data-word=${name}]`).dataset;
    return said[document.documentElement.lang] || said.da;
  }

  // --- Languages ---------------------------------------------------------------------------------------

  function speak(language) {
    document.documentElement.lang = language;
    for (const each of all("[data-en]:not(template)")) {
      each.dataset.da ??= each.textContent;
      each.textContent = each.dataset[language];
    }
    for (const button of all(".languages button"))
      button.setAttribute("aria-pressed", String(button.lang === language));
  }

  for (const button of all(".languages button")) button.addEventListener("click", () => speak(button.lang));

  // --- What is answered --------------------------------------------------------------------------------

  const fields = (question) => all("input, select, textarea", question);
  function answer(question) {
    const choices = fields(question).filter((field) => field.type === "radio" || field.type === "checkbox");
    if (choices.length) return choices.filter((field) => field.checked).map((field) => field.value);
    return [fields(question)[0].value.trim()].filter(Boolean);
  }
  const given = () => Object.fromEntries(questions.map((each) => [each.dataset.question, answer(each)]));
  const put = () => questions.filter((each) => !each.hidden);

  function show() {
    // In the order of the questions: one may depend on an earlier one that is itself hidden.
    for (const question of questions) {
      const { if: on, choice } = question.dataset;
      if (!on) continue;
      const other = find(`[data-question="${on}"]`);
      question.hidden = other.hidden || !answer(other).includes(choice);
    }
  }

  function fill(answers) {
    for (const question of questions) {
      const values = answers[question.dataset.question] || [];
      for (const field of fields(question)) {
        if (field.type === "radio" || field.type === "checkbox") field.checked = values.includes(field.value);
        else field.value = values[0] || "";
      }
    }
    show();
  }

  let due = false;
  form.addEventListener("input", ({ target }) => {
    if (target.type === "checkbox" && target.checked) {
      // 'None of these' excludes the other options, and they exclude it.
      for (const other of all("input", target.closest("fieldset")))
        if (other !== target && ("alone" in target.dataset || "alone" in other.dataset)) other.checked = false;
    }
    show();
    if (!due) queueMicrotask(() => { due = false; keep({ started: draft.started || now(), answers: given() }); });
    due = true; // save simultaneous changes once
  });

  // --- Kept on the machine -----------------------------------------------------------------------------

  // The draft is in the history entry, which survives a reload and ends with the tab. So does sessionStorage, but
  // under load Chromium sometimes opens a page without its storage, so that nothing of it is shown.
  let draft = history.state || {};
  function keep(now) {
    draft = now;
    try {
      history.replaceState(draft, "");
    } catch {
      // The draft is too long for this browser, or this is a preview: the answers are still on the page.
    }
  }

  // A database confirms that an answer is on the disk. localStorage does not: Chromium sometimes opens a page
  // without its storage, shows none of its content and loses what is saved.
  function kept(mode, work) {
    return new Promise((resolve, reject) => {
      setTimeout(reject, PATIENCE * 1000);
      const opening = indexedDB.open(PAGE);
      opening.onerror = reject;
      opening.onupgradeneeded = () => opening.result.createObjectStore("sent", { keyPath: ["at", "id"] });
      opening.onsuccess = () => {
        const change = opening.result.transaction("sent", mode, { durability: "strict" });
        change.onabort = reject;
        const request = work(change.objectStore("sent"));
        change.oncomplete = () => resolve(request?.result);
        opening.result.close(); // takes effect when the transaction is done
      };
    });
  }
  const pad = (number) => String(number).padStart(2, "0");
  function now() {
    const at = new Date();
    const day = [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())].join("-");
    return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join(":")}`;
  }
  function code() {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // --- Mistakes ----------------------------------------------------------------------------------------

  function mistake(question) {
    const { kind, low, high, most } = question.dataset;
    const [value] = answer(question), type = fields(question)[0].type;
    if (fields(question)[0].validity.badInput) return word("wrong_number");
    if (most && answer(question).length > Number(most)) return word("at_most").replace("{n}", most);
    if (!value) return "";
    if (type === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return word("wrong_mail");
    if (type === "tel" && !/^(\(?(\+|00)?45\)?[ .-]*)?(\d[ .-]*){8}$|^(\+|00)([ .-]*\d){9,15}$/.test(value)) return word("wrong_phone");
    if (kind !== "number") return "";
    if (!(low ? /^\d+$/ : /^-?\d+(,\d+)?$/).test(value)) return word("wrong_number");
    return low && (Number(value) < Number(low) || Number(value) > Number(high)) ? word("wrong_number") : "";
  }

  function check() {
    const list = find("#summary ul");
    list.replaceChildren();
    for (const question of questions) {
      const wrong = question.hidden ? "" : mistake(question), place = find(".error", question);
      place.textContent = wrong;
      place.hidden = !wrong;
      question.classList.toggle("wrong", Boolean(wrong));
      for (const field of fields(question)) field.setAttribute("aria-invalid", String(Boolean(wrong)));
      if (!wrong) continue;
      const link = document.createElement("a"), line = document.createElement("li");
      link.href = "#" + place.id;
      link.textContent = `${find("legend, label", question).textContent.trim()} – ${wrong}`;
      link.addEventListener("click", (event) => {
        event.preventDefault();
        fields(question)[0].focus();
      });
      line.append(link);
      list.append(line);
    }
    find("#summary").hidden = !list.children.length;
    return !list.children.length;
  }

  // --- Sending, and the next person --------------------------------------------------------------------

  let mine = null; // identifies this person's answer, however often it is submitted
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!check()) return find("#summary").focus();
    const answers = Object.fromEntries(put().map((each) => [each.dataset.question, answer(each)]));
    mine ??= { at: Date.now(), id: code() };
    const { version } = body.dataset;
    const whole = { ...mine, version, started: draft.started || now(), submitted: now(), answers };
    try {
      await kept("readwrite", (sent) => sent.put(whole));
    } catch {
      find("#summary ul").replaceChildren(Object.assign(document.createElement("li"), { textContent: word("full") }));
      find("#summary").hidden = false;
      return find("#summary").focus();
    }
    if (mine?.id !== whole.id) return; // submitted twice: the other call has shown the thanks
    begin();
    form.hidden = true;
    find("#thanks").hidden = false;
    find("#thanks h2").focus();
    count();
  });

  function begin() {
    mine = null;
    keep({});
    fill({});
    check();
    find(".privacy").open = false;
    form.hidden = false;
    find("#thanks").hidden = true;
  }
  function next() {
    begin();
    speak("da");
    scrollTo(0, 0);
    find("h1").focus();
  }
  find("#next").addEventListener("click", next);

  // --- Questions to the person at the tablet -----------------------------------------------------------

  let answered = () => {};
  function ask(title, text, yes, no) {
    find("h2", dialog).textContent = title;
    find("p", dialog).textContent = text;
    find("[value=yes]", dialog).textContent = yes;
    find("[value=no]", dialog).textContent = no;
    find("[value=no]", dialog).hidden = !no;
    dialog.setAttribute("aria-label", title);
    dialog.showModal();
    return new Promise((resolve) => { answered = resolve; });
  }
  for (const button of all("button", dialog))
    button.addEventListener("click", () => { dialog.close(); answered(button.value); });
  dialog.addEventListener("cancel", () => answered("no"));

  find("#restart").addEventListener("click", async () => {
    if (await ask(word("restart"), word("restart_sure"), word("restart"), word("cancel")) === "yes") next();
  });

  // If somebody leaves half-way, clear the answers before the next person sees them.
  let quiet = 0, asked = false;
  const alive = () => { quiet = 0; };
  for (const sign of ["pointerdown", "keydown", "input", "scroll"]) addEventListener(sign, alive, { passive: true });
  setInterval(() => {
    quiet += 1;
    if (!draft.started) return;
    if (quiet >= QUIET && !dialog.open) {
      asked = true;
      ask(word("still_there"), word("clears"), word("stay"), "").then(() => { asked = false; alive(); });
    }
    if (asked && quiet >= QUIET + ANSWER_WITHIN) { dialog.close(); asked = false; alive(); next(); }
  }, 1000);

  // --- For the municipality ----------------------------------------------------------------------------

  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  // A spreadsheet takes a text with this start for a formula; our reader removes the apostrophe again.
  const plain = (text) => (/^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text);

  function table(answers) {
    const { id, started, submitted, mark } = body.dataset;
    const columns = [[id, (each) => each.id], [started, (each) => each.started], [submitted, (each) => each.submitted]];
    for (const question of questions) {
      const name = question.dataset.question, kind = question.dataset.kind;
      const values = (each) => each.answers[name] || [];
      if (kind === "multiple")
        for (const { value } of fields(question))
          columns.push([`${name}__${value}`, (each) => (values(each).length ? String(Number(values(each).includes(value))) : "")]);
      else columns.push([name, (each) => (kind === "text" ? plain : String)(values(each)[0] ?? "")]);
    }
    // Questions of an earlier version of this page that are no longer asked.
    for (const name of new Set(answers.flatMap((each) => Object.keys(each.answers))))
      if (!questions.some((each) => each.dataset.question === name))
        columns.push([name, (each) => plain((each.answers[name] || []).join(" "))]);
    columns.push([mark, (each) => each.version]);
    const kept = columns.filter(([name]) => name);
    const rows = [kept.map(([name]) => name), ...answers.map((each) => kept.map(([, cell]) => cell(each)))];
    return "\ufeff" + rows.map((row) => row.map(quoted).join(";")).join("\r\n") + "\r\n";
  }

  const notice = (name) => { find("#notice").textContent = word(name); };
  let fetched = [];
  async function count() {
    const waiting = await kept("readonly", (sent) => sent.count()).catch(() => null);
    find("#count").textContent = waiting ?? "–";
    find("#download").disabled = !waiting;
    find("#erase").disabled = !fetched.length;
  }
  find("#download").addEventListener("click", async () => {
    const answers = await kept("readonly", (sent) => sent.getAll()).catch(() => null), link = document.createElement("a");
    if (!answers) return notice("failed");
    link.href = URL.createObjectURL(new Blob([table(answers)], { type: "text/csv" }));
    link.download = `svar-${body.dataset.form}-${now().replaceAll(":", "").replace(" ", "-")}-${code().slice(0, 4)}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    fetched = answers.map(({ at, id }) => [at, id]);
    notice("downloaded");
    count();
  });
  find("#erase").addEventListener("click", async () => {
    if (await ask(word("erase"), word("erase_sure"), word("erase"), word("cancel")) !== "yes") return;
    try {
      await kept("readwrite", (sent) => { for (const each of fetched) sent.delete(each); });
    } catch {
      return notice("failed");
    }
    fetched = [];
    notice("erased");
    count();
  });
  find("#code")?.addEventListener("input", ({ target }) => {
    if (target.value !== find(".staff").dataset.code) return;
    target.value = "";
    find("#locked").hidden = true;
    find("#open").hidden = false;
    find("#download").focus();
  });
  find(".staff").addEventListener("toggle", ({ target }) => {
    if (target.open || !find("#locked")) return;
    find("#locked").hidden = false;
    find("#open").hidden = true;
  });

  fill(draft.answers || {});
  count();
})();

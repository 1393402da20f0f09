// The map: numbered markers that are moved by pointer and by arrow keys.

const STEPS = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };

function positionWords(config, when, spot) {
  const { position, highest } = config;
  const label = config.when.find(({ id }) => id === when).label;
  if (!spot) return fill(position.unplaced, { hvornaar: label });
  const half = highest / 2;
  const [influence, control] = spot;
  const balance = control === 0 ? "only_conditions" : control < half ? "more_conditions"
    : control === half ? "even" : control < highest ? "more_control" : "only_control";
  return fill(position.spoken, { hvornaar: label, indflydelse: influence, hoejest: highest, balance: position[balance] });
}

function buildMap(config, { place, unplace, choose, tap }) {
  const { strings, highest } = config;
  const lines = svg("g", {});
  const background = svg("svg", { viewBox: "0 0 100 100", "aria-hidden": "true", preserveAspectRatio: "none" },
    svg("rect", { width: 100, height: 100 }), svg("circle", { cx: 50, cy: 50, r: 50 }), svg("path", { d: "M0 50H100M50 0V100" }), lines);
  const plane = html("div", { class: "plane" }, background);
  const node = html("div", { class: "map", role: "group", "aria-label": strings.map },
    html("p", { class: "axis top" }, strings.high), html("p", { class: "axis left" }, strings.conditions),
    plane, html("p", { class: "axis right" }, strings.control), html("p", { class: "axis bottom" }, strings.low));
  const markers = new Map();
  const limit = (value) => Math.max(0, Math.min(highest, Math.round(value)));
  const put = (marker, [influence, control]) => {
    marker.style.left = `${(100 * control) / highest}%`;
    marker.style.top = `${100 - (100 * influence) / highest}%`;
  };

  function spotAt(event) {
    const box = plane.getBoundingClientRect();
    const inside = event.clientX > box.left - 20 && event.clientX < box.right + 20
      && event.clientY > box.top - 20 && event.clientY < box.bottom + 20;
    return inside ? [limit((highest * (box.bottom - event.clientY)) / box.height),
      limit((highest * (event.clientX - box.left)) / box.width)] : null;
  }
  // On a telephone the list is longer than the screen: an element is chosen there, and its place is pointed at here.
  plane.addEventListener("click", (event) => { if (!event.target.closest(".marker")) tap(spotAt(event)); });
  /** Let something be dragged onto the map; `ghost` says whether a marker of its own follows the pointer. */
  function draggable(handle, id, ghost) {
    handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      event.preventDefault();
      handle.focus({ preventScroll: true });
      choose(id);
      handle.setPointerCapture(event.pointerId);
      const moving = ghost ? html("span", { class: "marker moving" }, handle.textContent) : handle;
      let spot = null;
      const move = (moved) => {
        spot = spotAt(moved);
        if (ghost && spot) plane.append(moving);
        if (ghost && !spot) moving.remove();
        if (spot) put(moving, spot);
        handle.dragging = true;
      };
      const stop = (ended) => {
        handle.removeEventListener("pointermove", move);
        handle.removeEventListener("pointerup", stop);
        handle.removeEventListener("pointercancel", stop);
        handle.dragging = false;
        if (ghost) moving.remove();
        if (spot && ended.type === "pointerup") place(id, spot);
      };
      handle.addEventListener("pointermove", move);
      handle.addEventListener("pointerup", stop);
      handle.addEventListener("pointercancel", stop);
    });
  }
  function onKey(event, id, spot) {
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      place(id, [limit(spot[0] + step[0]), limit(spot[1] + step[1])]);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      unplace(id);
    }
  }
  function markerOf(id) {
    if (!markers.has(id)) {
      const marker = html("button", { type: "button", class: "marker" });
      marker.addEventListener("keydown", (event) => onKey(event, id, marker.spot));
      marker.addEventListener("focus", () => choose(id));
      draggable(marker, id, false);
      markers.set(id, marker);
      plane.append(marker);
    }
    return markers.get(id);
  }
  /** `shown`: one {id, number, label, spots, shown} an element, `shown` being the others' answers; `when`: the layer that is moved. */
  function update(shown, when, chosen) {
    const other = config.when.find(({ id }) => id !== when).id;
    const taken = new Map();
    plane.querySelectorAll(".still").forEach((old) => old.remove());
    lines.replaceChildren();
    // Those that stand on one another are spread a little, away from the nearest edge, so that each can be seen and taken.
    const spread = (mark, spot) => {
      const key = spot.join();
      mark.style.marginLeft = `${(spot[1] > highest / 2 ? -12 : 12) * (taken.get(key) ?? 0)}px`;
      taken.set(key, (taken.get(key) ?? 0) + 1);
    };
    const still = (kind, spot, text = "") => {
      const mark = html("span", { class: `marker still ${kind}`, "aria-hidden": "true" }, String(text));
      put(mark, spot);
      if (kind === other) spread(mark, spot);
      plane.append(mark);
    };
    for (const one of shown) {
      const [spot, away] = [one.spots[when], one.spots[other]];
      if (spot && away) {
        lines.append(svg("path", { d: `M${10 * spot[1]} ${100 - 10 * spot[0]}L${10 * away[1]} ${100 - 10 * away[0]}` }));
      }
      if (away) still(other, away, one.number);
      if (one.shown?.median) {
        still(`median${one.id === chosen ? " chosen" : ""}`, one.shown.median, one.number);
        if (one.id === chosen) one.shown.dots.forEach((dot) => still("dot", dot));
      }
      if (!spot) {
        markers.get(one.id)?.remove();
        markers.delete(one.id);
        continue;
      }
      const marker = markerOf(one.id);
      marker.spot = spot;
      set(marker, "class", `marker own ${when}${one.id === chosen ? " chosen" : ""}`);
      set(marker, "aria-label", fill(strings.marker, { nummer: one.number, element: one.label, ord: positionWords(config, when, spot) }));
      write(marker, String(one.number));
      if (!marker.dragging) put(marker, spot);
      spread(marker, spot);
    }
    const ids = new Set(shown.map(({ id }) => id));
    for (const [id, marker] of markers) {
      if (!ids.has(id)) {
        marker.remove();
        markers.delete(id);
      }
    }
  }
  return { node, update, draggable };
}

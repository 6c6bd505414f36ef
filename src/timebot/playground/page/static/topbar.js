// The bar on top: the business clock, its jumps, and what opens and closes beside the page.

import { inWords, post } from "./api.js";
import { city, clockKnown, longDay, now, setNow, shortDay, time } from "./dates.js";
import { el, fill, icon } from "./dom.js";
import { notify } from "./notices.js";
import { publish, store, subscribe, zone } from "./store.js";

const FIXED = [
  { key: "hour", label: "+1 hour", body: { advance_seconds: 3600 } },
  { key: "day", label: "+1 day", body: { advance_seconds: 86_400 } },
];
const REDRAW_MS = 1000;

const part = (id) => document.querySelector(`#${id}`);
let busy = false;

function drawClock() {
  if (!clockKnown()) return;
  const instant = now();
  const title = `${longDay(instant)}, ${time(instant)} in ${zone()}`;
  const sign = `${title} ${busy}`;
  const clock = part("clock");
  if (clock.dataset.sign === sign) return;
  clock.dataset.sign = sign;
  clock.title = title;
  fill(
    clock,
    icon("clock"),
    el("span", { class: "clock-day" }, shortDay(instant)),
    el("strong", {}, time(instant)),
    el("span", { class: "clock-zone" }, busy ? "moving…" : city(zone())),
  );
}

function jumps() {
  const own = (store.state.clock.jumps ?? []).map((jump) => ({ key: jump.key, label: jump.label, body: { jump: jump.key } }));
  const labels = new Set(own.map((jump) => jump.label));
  return [...FIXED.filter((jump) => !labels.has(jump.label)), ...own];
}

let jumpsSign = "";

function drawJumps() {
  const wanted = jumps();
  const sign = JSON.stringify(wanted);
  if (sign === jumpsSign) return;
  jumpsSign = sign;
  fill(
    part("jumps"),
    wanted.map((jump) =>
      el("button", { type: "button", class: "jump", dataset: { jump: jump.key }, title: "Moves the business clock forward", onclick: () => move(jump) }, jump.label),
    ),
  );
}

async function move(jump) {
  if (busy) return;
  setBusy(true);
  const answer = await post("clock", jump.body);
  setBusy(false);
  if (answer.error || answer.ok === false) notify(inWords(answer.error), "bad");
  else if (answer.now !== undefined) {
    setNow(answer.now);
    notify(`It is now ${shortDay(now())}, ${time(now())} in ${city(zone())}.`);
  }
  drawClock();
  publish("stale");
}

function setBusy(value) {
  busy = value;
  part("progress").hidden = !value;
  part("clock-box").setAttribute("aria-busy", String(value));
  for (const button of part("jumps").children) button.disabled = value;
  drawClock();
}

function toggle(name, button) {
  const open = document.body.classList.toggle(name);
  button.setAttribute("aria-expanded", String(open));
}

/** Starts the clock and wires the bar's buttons. */
export function startTopbar() {
  fill(part("toggle-rail"), icon("menu"));
  fill(part("toggle-panel"), icon("panel"), el("span", {}, "Behind the scenes"));
  fill(part("toggle-guide"), icon("help"), el("span", {}, "What to try"));
  part("toggle-rail").addEventListener("click", () => toggle("rail-open", part("toggle-rail")));
  part("toggle-panel").addEventListener("click", () => toggle("panel-open", part("toggle-panel")));
  part("shade").addEventListener("click", () => {
    document.body.classList.remove("rail-open", "panel-open");
    part("toggle-rail").setAttribute("aria-expanded", "false");
    part("toggle-panel").setAttribute("aria-expanded", "false");
  });
  const wide = window.matchMedia("(min-width: 1180px)").matches;
  document.body.classList.toggle("panel-open", wide);
  part("toggle-panel").setAttribute("aria-expanded", String(wide));
  subscribe("state", () => {
    if (!busy) setNow(store.state.clock.now);
    drawClock();
    drawJumps();
  });
  subscribe("place", () => {
    document.body.classList.remove("rail-open");
    part("toggle-rail").setAttribute("aria-expanded", "false");
  });
  subscribe("link", (up) => fill(part("link-state"), up ? null : [icon("alert"), "Server is away, trying again"]));
  window.setInterval(drawClock, REDRAW_MS);
}

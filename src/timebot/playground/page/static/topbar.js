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
const wide = window.matchMedia("(min-width: 1180px)");
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

function open(name, button, value) {
  document.body.classList.toggle(name, value);
  button.setAttribute("aria-expanded", String(value));
}

function closeDrawers() {
  open("rail-open", part("toggle-rail"), false);
  open("panel-open", part("toggle-panel"), false);
}

// Where there is room the panel stands beside the conversation, else it waits until asked for.
function fit() {
  open("rail-open", part("toggle-rail"), false);
  open("panel-open", part("toggle-panel"), wide.matches);
}

/** Starts the clock and wires the bar's buttons. */
export function startTopbar() {
  fill(part("toggle-rail"), icon("menu"));
  fill(part("toggle-panel"), icon("panel"), el("span", {}, "Behind the scenes"));
  fill(part("toggle-guide"), icon("help"), el("span", {}, "What to try"));
  part("toggle-guide").hidden = !store.guide?.steps?.length;
  part("toggle-guide").addEventListener("click", () => publish("show-tab", "guide"));
  part("toggle-rail").addEventListener("click", () => open("rail-open", part("toggle-rail"), !document.body.classList.contains("rail-open")));
  part("toggle-panel").addEventListener("click", () => open("panel-open", part("toggle-panel"), !document.body.classList.contains("panel-open")));
  part("shade").addEventListener("click", closeDrawers);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !wide.matches) closeDrawers();
  });
  wide.addEventListener("change", fit);
  subscribe("close-panel", closeDrawers);
  // A panel that lies over the conversation gives way to it.
  subscribe("uncover", () => {
    if (!wide.matches) closeDrawers();
  });
  subscribe("show-tab", () => open("panel-open", part("toggle-panel"), true));
  fit();
  subscribe("state", () => {
    if (!busy) setNow(store.state.clock.now);
    drawClock();
    drawJumps();
  });
  subscribe("place", () => {
    open("rail-open", part("toggle-rail"), false);
  });
  subscribe("link", (up) => fill(part("link-state"), up ? null : [icon("alert"), "Server is away, trying again"]));
  window.setInterval(drawClock, REDRAW_MS);
}

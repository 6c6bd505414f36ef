// "What to try first": steps that the server supplies; one with a command goes into the composer.

import { get } from "./api.js";
import { compose } from "./composer.js";
import { el, fill, icon } from "./dom.js";
import { appConversation, publish, store } from "./store.js";

const HIDDEN = "timebot-local-guide-hidden";

const box = () => document.querySelector("#guide");
const toggle = () => document.querySelector("#toggle-guide");

function show(open) {
  box().hidden = !open;
  toggle().setAttribute("aria-expanded", String(open));
  window.sessionStorage.setItem(HIDDEN, open ? "" : "yes");
}

function take(step) {
  if (store.at?.view !== "conversation") {
    const app = appConversation() ?? store.state.conversations[0];
    if (!app) return;
    publish("go", { view: "conversation", id: app.id });
  }
  compose(step.command);
}

function line(step) {
  if (!step.command) return el("li", {}, step.text);
  const button = el("button", { type: "button", class: "guide-command", dataset: { command: step.command }, onclick: () => take(step) }, step.command);
  return el("li", {}, el("span", {}, step.text), " ", button);
}

/** Shows the card where the server has one. */
export async function startGuide() {
  try {
    store.guide = await get("guide");
  } catch {
    return;
  }
  if (!store.guide?.steps?.length) return;
  const close = el("button", { type: "button", class: "icon-button small", "aria-label": "Hide", onclick: () => show(false) }, icon("close"));
  fill(
    box(),
    el("header", {}, el("h2", { id: "guide-title" }, store.guide.title), close),
    el("ol", {}, store.guide.steps.map(line)),
  );
  toggle().hidden = false;
  toggle().setAttribute("aria-controls", "guide");
  toggle().addEventListener("click", () => show(box().hidden));
  show(!window.sessionStorage.getItem(HIDDEN));
}

// "What to try first": steps that the server supplies. A step may name who takes it (`person`), where
// (`channel`, else the app's messages; or a `tab` of the panel), and a command for the composer.

import { get } from "./api.js";
import { compose } from "./composer.js";
import { el } from "./dom.js";
import { appConversation, publish, store, userByHandle } from "./store.js";

// Nobody should have to look for the person, the place or the tab that a step is about.
function take(step) {
  const actor = userByHandle(step.person);
  if (actor && actor.id !== store.user) publish("person", { id: actor.id, then: () => arrive(step) });
  else arrive(step);
}

function arrive(step) {
  if (step.tab) publish("show-tab", step.tab);
  else publish("uncover");
  const place = step.tab && !step.command ? null : placeOf(step);
  const isThere = store.at?.view === "conversation" && store.at.id === place?.id;
  if (place && !isThere) publish("go", { view: "conversation", id: place.id });
  if (step.command) compose(step.command);
}

function placeOf(step) {
  const all = store.state.conversations;
  return all.find((one) => step.channel && one.name === step.channel) ?? appConversation() ?? all[0];
}

function line(step) {
  const label = step.command ?? step.button;
  if (!label) return el("li", {}, step.text);
  const marks = step.command ? { class: "guide-command", dataset: { command: label } } : { class: "guide-button", dataset: { step: label } };
  return el("li", {}, el("span", {}, step.text), " ", el("button", { type: "button", ...marks, onclick: () => take(step) }, label));
}

/** Fetches the guide; without one, nothing is shown. */
export async function loadGuide() {
  try {
    store.guide = await get("guide");
  } catch {
    store.guide = null;
  }
}

/** The steps, as a tab of the panel. */
export function guideView() {
  return el(
    "section",
    { id: "guide", "aria-labelledby": "guide-title" },
    el("h2", { id: "guide-title" }, store.guide.title),
    el("ol", {}, store.guide.steps.map(line)),
  );
}

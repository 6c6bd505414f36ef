// Modals: the view on top of the stack, its inputs, its errors and its way out.

import { inWords, post } from "./api.js";
import { drawBlocks } from "./blocks.js";
import { el, fill, icon } from "./dom.js";
import { keepFocus } from "./focus.js";
import { plainText } from "./mrkdwn.js";
import { notify } from "./notices.js";
import { publish, store, subscribe } from "./store.js";
import { Surface, forgetSurfaces } from "./surface.js";
import { faultsOf } from "./faults.js";

const dialog = () => document.querySelector("#modal");

let surface = null;
let view = null;
let sign = "";
let busy = false;

function draw() {
  const top = store.stack.at(-1) ?? null;
  forgetSurfaces((key) => !key.startsWith("view ") || store.stack.some((one) => key === `view ${one.id}`));
  if (!top) {
    if (dialog().open) dialog().close();
    view = null;
    sign = "";
    return;
  }
  const next = JSON.stringify([store.user, store.stack.length, { ...top, state: null }]);
  if (next === sign && dialog().open) return;
  const same = view?.id === top.id;
  const scroll = same ? dialog().querySelector(".modal-body")?.scrollTop : 0;
  sign = next;
  view = top;
  busy = false;
  surface = new Surface({ type: "view", view_id: top.id }, `view ${top.id}`, { sticky: true, typed: top.state?.values ?? {} });
  keepFocus(dialog(), () => fill(dialog(), frame()));
  dialog().dataset.viewId = top.id;
  dialog().dataset.depth = store.stack.length;
  dialog().querySelector(".modal-body").scrollTop = scroll ?? 0;
  if (!dialog().open) dialog().showModal();
  if (!same) firstField()?.focus();
}

function firstField() {
  return dialog().querySelector(".modal-body input, .modal-body textarea, .modal-body button") ?? dialog().querySelector(".modal-foot button");
}

function frame() {
  const deep = store.stack.length > 1;
  const closeWords = plainText(view.close ?? { text: deep ? "Back" : "Close" });
  const close = el("button", { type: "button", class: "button", id: "modal-close", onclick: leave }, closeWords);
  const submit = view.submit && el("button", { type: "submit", class: "button primary", id: "modal-submit" }, plainText(view.submit));
  const form = el(
    "form",
    { novalidate: true, class: "modal-frame" },
    el(
      "header",
      { class: "modal-head" },
      el("h1", { id: "modal-title" }, plainText(view.title)),
      el("button", { type: "button", class: "icon-button", "aria-label": deep ? "Back" : "Close", onclick: leave }, icon("close")),
    ),
    el("div", { class: "modal-body blocks" }, drawBlocks(view.blocks, surface)),
    el("footer", { class: "modal-foot" }, el("span", { class: "modal-app" }, store.state.app.name), close, submit),
  );
  form.addEventListener("input", (event) => unmark(event.target.closest(".block-input")));
  form.addEventListener("click", (event) => {
    if (event.target.closest("[role=option]")) unmark(event.target.closest(".block-input"));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (view.submit) send();
  });
  return form;
}

async function send() {
  if (busy) return;
  const faults = faultsOf(view.blocks, surface.values());
  show(faults);
  if (Object.keys(faults).length) return;
  const sent = view;
  setBusy(true);
  const answer = await post("submit", { user: store.user, view_id: sent.id, state: surface.values() });
  if (view?.id === sent.id) setBusy(false);
  if (answer.errors && Object.keys(answer.errors).length) show(answer.errors);
  else if (!answer.ok) notify(inWords(answer.error), "bad");
  publish("stale");
}

function setBusy(value) {
  busy = value;
  const button = dialog().querySelector("#modal-submit");
  button?.classList.toggle("busy", value);
  button?.toggleAttribute("disabled", value);
  button?.setAttribute("aria-busy", String(value));
}

// What somebody is putting right is no longer wrong until it is sent again.
function unmark(block) {
  if (!block?.classList.contains("wrong")) return;
  block.classList.remove("wrong");
  block.querySelector(".field-error").textContent = "";
  block.querySelector("[data-action-id]")?.removeAttribute("aria-invalid");
}

/** Writes each error under its field and takes the keyboard to the first. */
function show(errors) {
  let first = null;
  const missed = { ...errors };
  for (const block of dialog().querySelectorAll(".block-input")) {
    const text = errors[block.dataset.blockId];
    const place = block.querySelector(".field-error");
    const field = block.querySelector("[data-action-id]");
    place.textContent = text ?? "";
    block.classList.toggle("wrong", Boolean(text));
    if (text) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
    if (text) first ??= field;
    delete missed[block.dataset.blockId];
  }
  const target = first?.matches("input, textarea, select, button") ? first : first?.querySelector("input");
  target?.focus();
  // An error for a block that is not on screen must not be lost.
  for (const text of Object.values(missed)) notify(text, "bad");
}

async function leave() {
  if (!view || busy) return;
  const closed = view;
  const answer = await post("close", { user: store.user, view_id: closed.id });
  if (!answer.ok) notify(inWords(answer.error), "bad");
  publish("stale");
}

/** Keeps the dialog in step with the person's stack of views. */
export function startModal() {
  subscribe("modal", draw);
  dialog().addEventListener("cancel", (event) => {
    // The server decides what is shown next; the stack may hold another view below.
    event.preventDefault();
    leave();
  });
}

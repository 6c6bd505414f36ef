// The message field: slash commands with their hints, mentions, shortcuts and what was sent before.

import { inWords, post } from "./api.js";
import { el, fill, freshId, icon } from "./dom.js";
import { openMenu } from "./menu.js";
import { notify } from "./notices.js";
import { conversationById, conversationName, publish, store, subscribe } from "./store.js";
import { suggestionsFor } from "./suggest.js";

const input = el("textarea", {
  id: "composer",
  rows: 1,
  role: "combobox",
  "aria-autocomplete": "list",
  "aria-expanded": "false",
  "aria-controls": "suggestions",
  autocomplete: "off",
  spellcheck: "true",
});
const send = el("button", { type: "button", id: "send", "aria-label": "Send" }, icon("send"));
const list = el("div", { id: "suggestions", class: "suggestions", role: "listbox", "aria-label": "Suggestions", hidden: true });
const hint = el("div", { class: "composer-hint", id: "composer-hint" });
const drafts = new Map();
const sent = [];

let found = [];
let active = 0;
let back = 0;
let busy = false;

function draftKey() {
  return `${store.user} ${store.at?.id}`;
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 180)}px`;
}

/** Puts text into the field, ready to be sent or changed. */
export function compose(text) {
  input.value = text;
  changed();
  input.focus();
  input.setSelectionRange(text.length, text.length);
}

function changed() {
  drafts.set(draftKey(), input.value);
  grow();
  send.disabled = busy || !input.value.trim();
  const result = suggestionsFor(input.value, input.selectionStart ?? input.value.length);
  found = result.items;
  active = 0;
  drawHint(result.command);
  drawList();
}

function drawHint(command) {
  const words = command
    ? [el("code", {}, command.command), " ", el("span", {}, command.usage_hint || ""), command.description ? el("em", {}, command.description) : null]
    : [el("kbd", {}, "Enter"), " sends, ", el("kbd", {}, "Shift"), " ", el("kbd", {}, "Enter"), " starts a new line, ", el("kbd", {}, "/"), " shows commands"];
  fill(hint, words);
}

function drawList() {
  list.hidden = !found.length;
  input.setAttribute("aria-expanded", String(Boolean(found.length)));
  fill(list, found.map(suggestion));
  if (found.length) input.setAttribute("aria-activedescendant", list.children[active].id);
  else input.removeAttribute("aria-activedescendant");
}

function suggestion(item, index) {
  const node = el(
    "div",
    { class: `suggestion ${index === active ? "active" : ""}`, role: "option", id: freshId("suggestion"), "aria-selected": String(index === active), dataset: { value: item.label } },
    item.lead?.(),
    el("strong", {}, item.label),
    item.hint ? el("span", { class: "usage" }, item.hint) : null,
    item.note ? el("small", {}, item.note) : null,
  );
  node.addEventListener("mousedown", (event) => {
    event.preventDefault();
    take(item);
  });
  return node;
}

function take(item) {
  const end = input.selectionStart;
  const text = `${input.value.slice(0, item.from)}${item.text} `;
  const rest = input.value.slice(end).replace(/^ /, "");
  input.value = text + rest;
  input.setSelectionRange(text.length, text.length);
  changed();
}

function step(by) {
  active = (active + by + found.length) % found.length;
  drawList();
  list.children[active].scrollIntoView({ block: "nearest" });
}

function key(event) {
  if (event.isComposing) return;
  if (found.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  } else if (found.length && event.key === "Escape") {
    event.preventDefault();
    found = [];
    drawList();
  } else if (found.length && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey && !isComplete()) {
    event.preventDefault();
    take(found[active]);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "ArrowUp" && (!input.value || input.value === sent[back - 1])) {
    recall(event, 1);
  } else if (event.key === "ArrowDown" && back && input.value === sent[back - 1]) {
    recall(event, -1);
  }
}

// A command typed out in full is sent by Enter, not completed once more.
function isComplete() {
  return found[active].text === input.value.trim();
}

function recall(event, by) {
  const to = back + by;
  if (to < 0 || to > sent.length) return;
  event.preventDefault();
  back = to;
  compose(back ? sent[back - 1] : "");
  back = to;
}

// A message goes out as Slack's client sends it: escaped, with people as ids. Commands stay as typed;
// for those Slack does it, if the app asked for it.
function asMessage(text) {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return safe.replace(/(^|[\s(])@([\w-]+(?:\.[\w-]+)*)/g, (whole, before, name) => {
    const user = store.state.users.find((one) => one.name.toLowerCase() === name.toLowerCase());
    return user ? `${before}<@${user.id}>` : whole;
  });
}

async function submit() {
  const text = input.value.trim();
  if (!text || busy || store.at?.view !== "conversation") return;
  const channel = store.at.id;
  const isCommand = text.startsWith("/") && !text.startsWith("//");
  if (isCommand && !store.state.commands.some((one) => one.command === text.split(/\s/)[0])) {
    notify(`${text.split(/\s/)[0]} is not a command here. Nothing was sent.`, "bad");
    return;
  }
  sent.unshift(text);
  back = 0;
  setBusy(true);
  input.value = "";
  changed();
  const answer = await post(isCommand ? "command" : "say", { user: store.user, channel, text: isCommand ? text : asMessage(text) });
  setBusy(false);
  if (!answer.ok) {
    notify(inWords(answer.error), "bad");
    if (!input.value && store.at?.id === channel) compose(text);
  }
  publish("stale");
}

function setBusy(value) {
  busy = value;
  send.classList.toggle("busy", busy);
  send.disabled = busy || !input.value.trim();
}

function shortcutButton() {
  const button = el("button", { type: "button", class: "icon-button", id: "shortcuts", "aria-haspopup": "menu", "aria-label": "Shortcuts", title: "Shortcuts" }, icon("bolt"));
  button.addEventListener("click", () => {
    const known = store.state.shortcuts.filter((one) => !one.type.startsWith("message"));
    const items = known.map((one) => ({
      label: one.name,
      note: store.state.app.name,
      value: one.callback_id,
      run: async () => {
        const answer = await post("shortcut", { user: store.user, callback_id: one.callback_id });
        if (!answer.ok) notify(inWords(answer.error), "bad");
        publish("stale");
      },
    }));
    openMenu(button, items, { width: 260, label: "Shortcuts" });
  });
  return button;
}

function place() {
  if (store.at?.view !== "conversation") return;
  const conversation = conversationById(store.at.id);
  const sign = conversation && conversation.kind !== "dm" ? "#" : "";
  const words = `Message ${sign}${conversationName(conversation)}`;
  input.setAttribute("aria-label", words);
  input.placeholder = words;
  input.value = drafts.get(draftKey()) ?? "";
  changed();
}

/** Builds the composer and keeps one draft per person and conversation. */
export function startComposer() {
  const shortcuts = shortcutButton();
  input.setAttribute("aria-describedby", "composer-hint");
  fill(document.querySelector("#composer-box"), list, el("div", { class: "composer" }, shortcuts, input, send), hint);
  input.addEventListener("input", () => {
    back = 0;
    changed();
  });
  input.addEventListener("keydown", key);
  input.addEventListener("blur", () => {
    found = [];
    drawList();
  });
  send.addEventListener("click", submit);
  subscribe("place", place);
  subscribe("state", () => {
    shortcuts.hidden = !(store.state.shortcuts ?? []).some((one) => !one.type.startsWith("message"));
  });
}

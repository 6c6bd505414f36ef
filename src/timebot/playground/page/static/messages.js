// Draws the messages of a conversation and keeps what has not changed.

import { drawBlocks } from "./blocks.js";
import { day, dayKey, longDay, time, toDate } from "./dates.js";
import { avatar, el, icon } from "./dom.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { fileCards } from "./viewer.js";
import { post, inWords } from "./api.js";
import { notify } from "./notices.js";
import { publish, store, userById, zone } from "./store.js";
import { Surface } from "./surface.js";

const GROUP_SECONDS = 300; // messages of one person within this time stand under one name

/** Everything that decides how a row looks; equal signatures need no redrawing. */
export function rows(messages, conversationId, newAfter) {
  const result = [];
  let before = null;
  for (const message of messages) {
    if (!before || dayKey(instant(before)) !== dayKey(instant(message))) {
      result.push({ key: `day-${dayKey(instant(message))}`, kind: "day", data: day(instant(message)), title: longDay(instant(message)) });
      before = null;
    }
    const fresh = newAfter && Number(message.ts) > Number(newAfter) && message.user !== store.user && !message.ephemeral;
    if (fresh && !result.some((row) => row.kind === "new")) {
      result.push({ key: "new", kind: "new", data: newAfter });
      before = null;
    }
    const follows = before && joins(before, message);
    result.push({ key: `message-${message.ts}`, kind: "message", data: message, follows, conversationId });
    before = message;
  }
  return result;
}

function instant(message) {
  return toDate(message.at ?? message.ts);
}

function joins(before, message) {
  const same = before.user === message.user && before.thread_ts === message.thread_ts && Boolean(before.ephemeral) === Boolean(message.ephemeral);
  return same && !message.ephemeral && instant(message) - instant(before) < GROUP_SECONDS * 1000;
}

/** The row's looks in one string. */
export function signature(row) {
  return JSON.stringify([row.data, row.follows, zone(), row.title]);
}

/** Draws one row of the list. */
export function drawRow(row) {
  if (row.kind === "day") return el("li", { class: "day-line", title: row.title }, el("span", {}, row.data));
  if (row.kind === "new") return el("li", { class: "new-line" }, el("span", {}, "New"));
  return drawMessage(row);
}

function drawMessage({ data: message, follows, conversationId }) {
  const container = { type: "message", channel: conversationId, ts: message.ts, ephemeral: Boolean(message.ephemeral) };
  const surface = new Surface(container, `message ${store.user} ${conversationId} ${message.ts}`);
  const author = userById(message.user);
  const look = author ?? { initials: "?", is_bot: message.is_app };
  const body = el(
    "div",
    { class: "message-body" },
    message.ephemeral ? el("p", { class: "only-you" }, icon("eye"), "Only visible to you") : null,
    follows ? null : heading(message, author),
    content(message, surface),
    message.edited ? el("span", { class: "edited" }, "(edited)") : null,
    fileCards(message.files),
  );
  const side = follows ? el("time", { class: "side-time" }, time(instant(message))) : avatar({ ...look, is_bot: message.is_app }, "large");
  return el(
    "li",
    { class: `message ${follows ? "follows" : ""} ${message.ephemeral ? "ephemeral" : ""}`, dataset: { ts: message.ts } },
    el("div", { class: "message-side" }, side),
    body,
    message.ephemeral ? null : shortcuts(message, conversationId),
  );
}

function heading(message, author) {
  const name = message.user_name || author?.real_name || author?.name || message.user;
  const at = instant(message);
  return el(
    "div",
    { class: "message-head" },
    el("strong", {}, name),
    message.is_app ? el("span", { class: "badge" }, "App") : null,
    message.thread_ts && message.thread_ts !== message.ts ? el("span", { class: "badge" }, "Reply in a thread") : null,
    el("time", { datetime: Number.isNaN(at.getTime()) ? null : at.toISOString(), title: `${longDay(at)}, ${time(at)}` }, time(at)),
  );
}

function content(message, surface) {
  if (message.blocks?.length) return el("div", { class: "blocks" }, drawBlocks(message.blocks, surface));
  return el("div", { class: "mrkdwn" }, mrkdwn(message.text ?? ""));
}

function shortcuts(message, channel) {
  const known = (store.state.shortcuts ?? []).filter((one) => one.type.startsWith("message"));
  if (!known.length) return null;
  const button = el("button", { type: "button", class: "icon-button message-menu", "aria-haspopup": "menu", "aria-label": "Message shortcuts" }, icon("dots"));
  const items = known.map((one) => ({
    label: one.name,
    note: store.state.app.name,
    value: one.callback_id,
    run: async () => {
      const answer = await post("shortcut", { user: store.user, callback_id: one.callback_id, channel, ts: message.ts });
      if (!answer.ok) notify(inWords(answer.error), "bad");
      publish("stale");
    },
  }));
  button.addEventListener("click", () => openMenu(button, items, { label: "Message shortcuts" }));
  return button;
}

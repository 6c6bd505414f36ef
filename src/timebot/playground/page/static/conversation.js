// The middle of the page: a conversation with its messages, or the App's Home.

import { drawBlocks } from "./blocks.js";
import { avatar, el, fill, icon, looksNew } from "./dom.js";
import { keepFocus } from "./focus.js";
import { drawRow, rows, signature } from "./messages.js";
import { appConversation, botId, conversationById, conversationName, otherOf, publish, store, subscribe, userById, zone } from "./store.js";
import { Surface } from "./surface.js";
import { markSeen, seenUpTo } from "./unread.js";

const NEAR_PX = 80;

let drawn = new Map(); // row key -> {node, sign}
let drawnFor = "";
let newAfter = null;

const part = (id) => document.querySelector(`#${id}`);

function isNearEnd(scroller) {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX;
}

function drawMessages() {
  if (store.at?.view !== "conversation" || store.messagesOf !== store.at.id) return;
  const list = part("messages");
  const scroller = part("scroller");
  const place = `${store.user} ${store.at.id} ${zone()}`;
  const opened = drawnFor !== place;
  if (opened) {
    drawn = new Map();
    drawnFor = place;
    newAfter = seenUpTo(store.at.id);
    list.replaceChildren();
    // A conversation that is merely opened is not news; what comes later is.
    list.setAttribute("aria-busy", "true");
  }
  const follow = opened || isNearEnd(scroller);
  const before = drawn.size;
  keepFocus(list, () => reconcile(list, rows(store.messages, store.at.id, newAfter)));
  list.removeAttribute("aria-busy");
  if (follow) scroller.scrollTop = scroller.scrollHeight;
  part("to-latest").hidden = follow || drawn.size <= before;
  const last = store.messages.filter((message) => !message.ephemeral).at(-1);
  markSeen(store.at.id, last?.ts);
  publish("seen");
}

function reconcile(list, wanted) {
  const next = new Map();
  let cursor = list.firstChild;
  if (!wanted.length) {
    fill(list, emptyRow());
    drawn = next;
    return;
  }
  for (const row of wanted) {
    const sign = signature(row);
    const old = drawn.get(row.key);
    const node = old?.sign === sign ? old.node : drawRow(row);
    next.set(row.key, { node, sign });
    if (node === cursor) cursor = cursor.nextSibling;
    else list.insertBefore(node, cursor);
  }
  const kept = new Set([...next.values()].map((one) => one.node));
  for (const node of [...list.children]) if (!kept.has(node)) node.remove();
  drawn = next;
}

function emptyRow() {
  const conversation = conversationById(store.at.id);
  const isApp = conversation?.id === appConversation()?.id;
  const text = isApp
    ? `This is where ${store.state.app.name} writes to you.`
    : `Nothing has been said here yet.`;
  return el("li", { class: "empty" }, el("span", { class: "empty-sign" }, icon(isApp ? "clock" : "hash")), el("p", {}, text));
}

function headTitle(conversation) {
  const signs = { channel: "hash", private: "lock" };
  const sign = signs[conversation.kind] ? icon(signs[conversation.kind]) : avatar(userById(otherOf(conversation)), "small");
  return el("h1", {}, sign, conversationName(conversation));
}

function members(conversation) {
  const ids = Array.isArray(conversation.members) ? conversation.members : [];
  if (conversation.kind === "dm" || !ids.length) return null;
  const shown = ids.map(userById).filter(Boolean);
  const names = shown.map((user) => user.real_name || user.name).join(", ");
  return el(
    "span",
    { class: "members", title: names },
    shown.slice(0, 5).map((user) => avatar(user, "tiny")),
    el("small", {}, `${ids.length} ${ids.length === 1 ? "member" : "members"}`),
  );
}

function appTab(name, label, place) {
  const current = store.at.view === (name === "home" ? "home" : "conversation");
  return el(
    "button",
    { type: "button", role: "tab", "aria-selected": String(current), dataset: { appTab: name }, onclick: () => publish("go", place) },
    label,
  );
}

function drawHead() {
  if (!store.state || !store.at) return;
  const conversation = store.at.view === "conversation" ? conversationById(store.at.id) : null;
  const app = appConversation();
  const isApp = store.at.view === "home" || (app && conversation?.id === app.id);
  const head = part("conversation-head");
  const { last_ts: _, ...facts } = conversation ?? {};
  if (!looksNew(head, facts, isApp, Boolean(app), store.at, store.user, store.state.users)) return;
  if (!isApp) {
    fill(head, conversation ? [headTitle(conversation), members(conversation)] : null);
    return;
  }
  const bot = { ...userById(botId()), is_bot: true };
  fill(
    head,
    el("h1", {}, avatar(bot, "small"), store.state.app.name),
    el(
      "div",
      { class: "tabs", role: "tablist", "aria-label": store.state.app.name },
      appTab("home", "Home", { view: "home" }),
      app ? appTab("messages", "Messages", { view: "conversation", id: app.id }) : null,
    ),
  );
}

let homeSign = "";

function drawHome() {
  const isHome = store.at?.view === "home";
  part("home").hidden = !isHome;
  part("messages").hidden = isHome;
  part("composer-box").hidden = isHome;
  if (isHome) part("to-latest").hidden = true;
  if (!isHome) {
    homeSign = "";
    return;
  }
  const sign = JSON.stringify([store.home, store.user, zone()]);
  if (sign === homeSign) return;
  homeSign = sign;
  drawnFor = "";
  if (!store.home) {
    const text = `${store.state.app.name} has not shown anything here yet.`;
    fill(part("home"), el("div", { class: "empty" }, el("span", { class: "empty-sign" }, icon("clock")), el("p", {}, text)));
    return;
  }
  const surface = new Surface({ type: "home" }, `home ${store.user}`);
  keepFocus(part("home"), () => fill(part("home"), el("div", { class: "home-page blocks" }, drawBlocks(store.home.blocks, surface))));
}

function place() {
  if (store.at?.view === "conversation" && store.messagesOf !== store.at.id) {
    // Never one conversation's messages under another one's name.
    part("messages").replaceChildren();
    drawnFor = "";
  }
  drawHead();
  drawHome();
  drawMessages();
  if (store.at?.view === "home") part("scroller").scrollTop = 0;
}

/** Keeps the middle in step with the place, the messages and the Home view. */
export function startConversation() {
  subscribe("place", place);
  subscribe("state", drawHead);
  subscribe("messages", drawMessages);
  subscribe("home", drawHome);
  const latest = part("to-latest");
  fill(latest, icon("arrow"), "New messages");
  latest.addEventListener("click", () => {
    part("scroller").scrollTop = part("scroller").scrollHeight;
    latest.hidden = true;
  });
  part("scroller").addEventListener("scroll", () => {
    if (isNearEnd(part("scroller"))) latest.hidden = true;
  });
}

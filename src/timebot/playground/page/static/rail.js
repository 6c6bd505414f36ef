// The left rail: the workspace, whose eyes we look through, and the conversations.

import { city, time, now } from "./dates.js";
import { avatar, el, fill, icon, looksNew } from "./dom.js";
import { openMenu } from "./menu.js";
import { appConversation, botId, conversationName, otherOf, publish, store, subscribe, userById } from "./store.js";
import { isUnread } from "./unread.js";

function about(user) {
  const role = user.title || user.role || (user.is_restricted ? "Guest" : "");
  const place = `${city(user.tz)}, ${time(now(), user.tz || "UTC")}`;
  return role ? `${role} · ${place}` : place;
}

function people() {
  return store.state.users.filter((user) => !user.is_bot && !user.deleted);
}

function personMenu(button) {
  const items = people().map((user) => ({
    label: user.real_name || user.name,
    note: about(user),
    lead: avatar(user),
    current: user.id === store.user,
    dataset: { person: user.id },
    value: user.id,
    run: () => publish("person", { id: user.id }),
  }));
  openMenu(button, items, { width: 250, label: "Look through the eyes of" });
}

function drawPerson() {
  const me = userById(store.user) ?? store.state.me;
  const box = document.querySelector("#person-box");
  const words = el("span", { class: "person-words" }, el("strong", {}, me.real_name || me.name), el("small", {}, about(me)));
  const old = box.querySelector("#person");
  if (!old) {
    const button = el("button", { type: "button", id: "person", "aria-haspopup": "menu" });
    button.addEventListener("click", () => personMenu(button));
    box.append(button);
  }
  const button = box.querySelector("#person");
  if (!looksNew(button, me, about(me))) return;
  button.dataset.user = me.id;
  button.setAttribute("aria-label", `You are ${me.real_name || me.name}. Switch person`);
  fill(button, avatar(me, "large"), words, icon("chevron"));
}

function entry({ key, label, sign, unread, current, onclick }) {
  return el(
    "button",
    {
      type: "button",
      class: `rail-item ${unread ? "unread" : ""} ${current ? "current" : ""}`,
      dataset: { conversation: key },
      "aria-current": current ? "page" : null,
      onclick,
    },
    sign,
    el("span", { class: "rail-name" }, label),
    unread ? el("span", { class: "dot", role: "img", "aria-label": "new messages" }) : null,
  );
}

function conversationEntry(conversation) {
  const signs = { channel: "hash", private: "lock" };
  const sign = signs[conversation.kind] ? icon(signs[conversation.kind]) : avatar(userById(otherOf(conversation)), "tiny");
  const current = store.at?.view === "conversation" && store.at.id === conversation.id;
  return entry({
    key: conversation.id,
    label: conversationName(conversation),
    sign,
    current,
    unread: !current && isUnread(conversation),
    onclick: () => publish("go", { view: "conversation", id: conversation.id }),
  });
}

function appEntry() {
  const messages = appConversation();
  const bot = userById(botId());
  const current = store.at?.view === "home" || (messages && store.at?.id === messages.id);
  const unread = messages && isUnread(messages) && !(store.at?.view === "conversation" && store.at.id === messages.id);
  return entry({
    key: messages?.id ?? "app",
    label: store.state.app.name,
    sign: avatar({ ...bot, is_bot: true }, "tiny"),
    current,
    unread,
    onclick: () => publish("go", messages ? { view: "conversation", id: messages.id } : { view: "home" }),
  });
}

function group(title, entries) {
  if (!entries.length) return null;
  return el("div", { class: "rail-group", role: "group", "aria-label": title }, el("h2", {}, title), entries);
}

function drawConversations() {
  const box = document.querySelector("#conversations");
  const focused = document.activeElement?.closest?.("#conversations [data-conversation]")?.dataset.conversation;
  const all = store.state.conversations;
  const own = appConversation()?.id;
  // What is open is read in a moment; it is never shown as unread.
  const unread = all.filter((one) => one.id !== store.at?.id && isUnread(one)).map((one) => one.id);
  const facts = all.map(({ last_ts: _, ...rest }) => rest);
  if (!looksNew(box, facts, unread, store.at, store.user, store.state.users, store.state.app)) return;
  fill(
    box,
    group("Apps", store.state.app ? [appEntry()] : []),
    group("Channels", all.filter((one) => one.kind !== "dm").map(conversationEntry)),
    group("Direct messages", all.filter((one) => one.kind === "dm" && one.id !== own).map(conversationEntry)),
  );
  if (focused) [...box.querySelectorAll("[data-conversation]")].find((node) => node.dataset.conversation === focused)?.focus();
}

function draw() {
  if (!store.state) return;
  const { team, app } = store.state;
  if (looksNew(document.querySelector("#team"), team, app)) drawTeam(team, app);
  document.title = `${team.name} – local workspace`;
  drawPerson();
  drawConversations();
}

function drawTeam(team, app) {
  const lamp = app?.connected === false ? "not connected" : "connected";
  fill(
    document.querySelector("#team"),
    el("span", { class: "team-mark", "aria-hidden": "true" }, [...team.name][0]),
    el(
      "span",
      { class: "team-words" },
      el("strong", {}, team.name),
      el("small", { class: lamp === "connected" ? "" : "lost", title: app?.request_url ?? null }, `Local workspace · app ${lamp}`),
    ),
  );
}

/** Keeps the rail in step with the state, the place and what was read. */
export function startRail() {
  for (const topic of ["state", "place", "seen"]) subscribe(topic, draw);
}

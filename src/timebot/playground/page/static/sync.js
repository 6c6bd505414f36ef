// Fetches what the page shows and waits for the server to say that something changed.

import { Refused, get } from "./api.js";
import { appConversation, publish, store } from "./store.js";
import { noteState } from "./unread.js";

const RETRY_MS = 1500;

let running = false;
let again = false;
let ran = Promise.resolve();

/** Fetches everything the present place needs; calls that come meanwhile share one more round. */
export function refresh() {
  if (running) {
    again = true;
    return ran;
  }
  running = true;
  ran = rounds();
  return ran;
}

async function rounds() {
  try {
    do {
      again = false;
      await round();
    } while (again);
    publish("link", true);
  } catch (error) {
    // A refusal is an answer all the same: the server is there.
    publish("link", error instanceof Refused);
    if (!store.state && error instanceof Refused) publish("refused", error);
  } finally {
    running = false;
  }
}

// A tab that fails (mail, charges) must not keep the conversation from being shown.
async function orNothing(promise, fallback) {
  try {
    return await promise;
  } catch {
    return fallback;
  }
}

async function round() {
  const user = store.user;
  const state = await get("state", user ? { user } : {});
  if (store.user !== user) {
    again = true;
    return;
  }
  store.user ??= state.me?.id;
  store.state = state;
  noteState(state);
  publish("state");
  settlePlace(state);
  await Promise.all([conversation(), home(), modal(), exchanges(), mails(), charges()]);
}

function settlePlace(state) {
  if (store.at?.id === "app") store.at = appConversation() ? { view: "conversation", id: appConversation().id } : { view: "home" };
  const known = store.at?.view === "home" || state.conversations.some((one) => one.id === store.at?.id);
  if (known) return;
  const first = state.conversations.find((one) => one.kind === "channel") ?? state.conversations[0];
  store.at = first ? { view: "conversation", id: first.id } : { view: "home" };
  publish("place");
}

async function conversation() {
  const { user, at } = store;
  if (at.view !== "conversation") return;
  const answer = await get(`conversation/${encodeURIComponent(at.id)}`, { user });
  if (store.user !== user || store.at !== at) return;
  store.messages = answer.messages;
  store.messagesOf = at.id;
  publish("messages");
}

async function home() {
  const { user, at } = store;
  if (at.view !== "home") return;
  const answer = await get("home", { user });
  if (store.user !== user || store.at !== at) return;
  store.home = answer.view;
  publish("home");
}

async function modal() {
  const { user } = store;
  const answer = await get("modal", { user });
  if (store.user !== user) return;
  store.stack = answer.stack ?? [];
  publish("modal");
}

async function exchanges() {
  const after = store.exchanges.at(-1)?.n ?? 0;
  const answer = await orNothing(get("inspector", { after }), { exchanges: [] });
  const known = new Set(store.exchanges.map((one) => one.n));
  const fresh = answer.exchanges.filter((one) => !known.has(one.n)).sort((a, b) => a.n - b.n);
  store.exchanges = [...store.exchanges, ...fresh].slice(-500);
  if (fresh.length) publish("exchanges");
}

async function mails() {
  const answer = await orNothing(get("mail/mails"), null);
  if (!answer) return;
  store.mails = answer.mails ?? [];
  publish("mails");
}

async function charges() {
  const answer = await orNothing(get("charges/charges"), null);
  if (!answer) return;
  store.charges = answer.charges ?? [];
  store.customers = answer.customers ?? [];
  publish("charges");
}

const pause = (ms) => new Promise((resolve) => window.setTimeout(resolve, ms));

/** Follows the server's changes for as long as the page is open. */
export async function follow() {
  let version = store.state?.version ?? 0;
  for (;;) {
    try {
      const answer = await get("changes", { after: version });
      if (answer.version < version) store.exchanges = [];
      if (answer.version !== version) await refresh();
      version = answer.version;
      publish("link", true);
    } catch {
      publish("link", false);
      await pause(RETRY_MS);
    }
  }
}

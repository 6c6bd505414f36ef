// Remembers, for this browser tab, what each person has already seen.

import { store } from "./store.js";

const KEY = "timebot-local-seen";
let record = null; // {team, version, baseline, seen: {"U1/C1": ts}}

function load(state) {
  try {
    record = JSON.parse(window.sessionStorage.getItem(KEY));
  } catch {
    record = null;
  }
  // A lower version means that the world was started anew.
  const usable = record?.team === state.team.id && record.version <= state.version;
  if (!usable) record = { team: state.team.id, baseline: latest(state), seen: {} };
}

function latest(state) {
  return state.conversations.map((one) => one.last_ts ?? "0").reduce((a, b) => (Number(b) > Number(a) ? b : a), "0");
}

function save() {
  window.sessionStorage.setItem(KEY, JSON.stringify(record));
}

/** Takes in a new state; what was there when the tab was opened counts as seen. */
export function noteState(state) {
  if (!record) load(state);
  record.version = state.version;
  save();
}

function name(conversation) {
  return `${store.user}/${conversation}`;
}

/** Up to where the present person has read a conversation. */
export function seenUpTo(conversation) {
  return record?.seen[name(conversation)] ?? record?.baseline ?? "0";
}

/** Everything up to `ts` has been read. */
export function markSeen(conversation, ts) {
  if (!record || !ts || Number(ts) <= Number(seenUpTo(conversation))) return;
  record.seen[name(conversation)] = ts;
  save();
}

/** True while a conversation holds something the present person has not seen. */
export function isUnread(conversation) {
  return Number(conversation.last_ts ?? 0) > Number(seenUpTo(conversation.id));
}

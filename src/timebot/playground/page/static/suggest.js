// What the composer suggests for the word under the cursor: commands, people, emoji.

import { avatar, el, icon } from "./dom.js";
import { emojiNames } from "./emoji.js";
import { store } from "./store.js";

const SHOWN = 8;

/**
 * Suggestions for a text with the cursor at `end`.
 * @returns {{items: {label, hint?, note?, lead?, from: number, text: string}[], command?: object}}
 */
export function suggestionsFor(text, end) {
  const commands = store.state?.commands ?? [];
  const before = text.slice(0, end);
  const first = text.split(/\s/)[0];
  const command = commands.find((one) => one.command === first);
  if (/^\/\S*$/.test(before)) return { items: fitting(commands, before), command };
  const word = /(?:^|[\s(])([@:])([^\s@:]{0,30})$/.exec(before);
  if (!word) return { items: [], command };
  const [, sign, typed] = word;
  const from = before.length - typed.length - 1;
  return { items: sign === "@" ? people(typed, from) : emoji(typed, from), command };
}

function fitting(commands, before) {
  return commands
    .filter((one) => one.command.startsWith(before.toLowerCase()))
    .map((one) => ({
      label: one.command,
      hint: one.usage_hint,
      note: one.description,
      lead: () => el("span", { class: "suggestion-sign" }, icon("bolt")),
      from: 0,
      text: one.command,
    }));
}

function people(typed, from) {
  const wanted = typed.toLowerCase();
  const fits = (user) => [user.name, ...String(user.real_name ?? "").split(" ")].some((name) => name?.toLowerCase().startsWith(wanted));
  return store.state.users
    .filter((user) => !user.deleted && fits(user))
    .slice(0, SHOWN)
    .map((user) => ({
      label: user.real_name || user.name,
      note: `@${user.name}`,
      lead: () => avatar(user, "tiny"),
      from,
      text: `@${user.name}`,
    }));
}

function emoji(typed, from) {
  if (typed.length < 2) return [];
  return emojiNames()
    .filter(([name]) => name.startsWith(typed.toLowerCase()))
    .slice(0, SHOWN)
    .map(([name, sign]) => ({ label: `:${name}:`, lead: () => el("span", { class: "suggestion-sign" }, sign), from, text: `:${name}:` }));
}

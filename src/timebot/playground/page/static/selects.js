// Block Kit's select menus, single and multi, over the combobox.

import { Combobox } from "./combobox.js";
import { avatar, icon } from "./dom.js";
import { store, userById, conversationById, conversationName, otherOf, userName } from "./store.js";

const DEFAULT_MIN_QUERY = 3; // Slack's, for external selects

function optionChoice(option) {
  return {
    value: option.value,
    label: option.text?.text ?? option.value,
    description: option.description?.text,
    raw: option,
  };
}

function userChoice(id) {
  const user = userById(id);
  return { value: id, label: userName(id), lead: () => avatar(user, "tiny"), raw: id };
}

function conversationChoice(id) {
  const conversation = conversationById(id);
  const sign = conversation?.kind === "private" ? "lock" : "hash";
  const lead = () => (conversation?.kind === "dm" ? avatar(userById(otherOf(conversation)), "tiny") : icon(sign));
  return { value: id, label: conversationName(conversation) || id, lead, raw: id };
}

function matches(choice, query) {
  return choice.label.toLowerCase().includes(query.trim().toLowerCase());
}

function narrowed(groups, query) {
  return groups.map((group) => ({ ...group, choices: group.choices.filter((choice) => matches(choice, query)) }));
}

function grouped(entries) {
  const groups = [];
  for (const entry of entries) {
    if (Array.isArray(entry.options)) groups.push({ label: entry.label?.text, choices: entry.options.map(optionChoice) });
    else {
      if (!groups.length || groups.at(-1).label) groups.push({ choices: [] });
      groups.at(-1).choices.push(optionChoice(entry));
    }
  }
  return groups;
}

function allowed(conversation, filter) {
  if (!filter?.include) return true;
  const kind = { channel: "public", private: "private", dm: "im" }[conversation.kind];
  return filter.include.includes(kind);
}

const SOURCES = {
  static: (element) => {
    const groups = grouped(element.option_groups ?? element.options ?? []);
    return { load: async (query) => narrowed(groups, query), minQuery: 0 };
  },
  external: (element, surface, blockId) => ({
    load: async (query) => grouped(await surface.options(blockId, element, query)),
    minQuery: element.min_query_length ?? DEFAULT_MIN_QUERY,
  }),
  users: () => ({
    load: async (query) => {
      const people = store.state.users.filter((user) => !user.deleted);
      return narrowed([{ choices: people.map((user) => userChoice(user.id)) }], query);
    },
  }),
  conversations: (element) => ({
    load: async (query) => {
      const some = store.state.conversations.filter((one) => allowed(one, element.filter));
      return narrowed([{ choices: some.map((one) => conversationChoice(one.id)) }], query);
    },
  }),
  channels: () => ({
    load: async (query) => {
      const some = store.state.conversations.filter((one) => one.kind === "channel");
      return narrowed([{ choices: some.map((one) => conversationChoice(one.id)) }], query);
    },
  }),
};

// What each source calls its value in `initial_…` and `selected_…`.
const NOUNS = { static: "option", external: "option", users: "user", conversations: "conversation", channels: "channel" };
const CHOICE_OF = { option: optionChoice, user: userChoice, conversation: conversationChoice, channel: conversationChoice };

function initialOf(element, noun, multi, surface) {
  if (multi) return { [`selected_${noun}s`]: element[`initial_${noun}s`] ?? [] };
  let initial = element[`initial_${noun}`] ?? null;
  if (!initial && noun === "conversation" && element.default_to_current_conversation) {
    initial = surface.container.channel ?? (store.at?.view === "conversation" ? store.at.id : null);
  }
  return { [`selected_${noun}`]: initial };
}

/** Draws any `…_select` element. */
export function select(element, surface, blockId, { dispatch, clearable, attributes }) {
  const multi = element.type.startsWith("multi_");
  const kind = element.type.replace("multi_", "").replace("_select", "");
  const noun = NOUNS[kind];
  const field = multi ? `selected_${noun}s` : `selected_${noun}`;
  const start = surface.enter(blockId, element, initialOf(element, noun, multi, surface))[field];
  const chosen = (multi ? (start ?? []) : start ? [start] : []).map(CHOICE_OF[noun]);
  const box = new Combobox({
    attributes,
    placeholder: element.placeholder?.text ?? "Choose",
    multi,
    max: element.max_selected_items,
    chosen,
    clearable,
    ...SOURCES[kind](element, surface, blockId),
    onchange: (choices) => {
      const raws = choices.map((choice) => choice.raw);
      const value = { [field]: multi ? raws : (raws[0] ?? null) };
      surface.put(blockId, element, value);
      if (dispatch) surface.act(blockId, element, value, box.node);
    },
  });
  return box.node;
}

// What the page knows right now, and who wants to hear when it changes.

export const store = {
  user: null, // whose eyes we look through
  at: null, // {view: "conversation", id} or {view: "home"}
  state: null,
  messages: [],
  messagesOf: null, // the conversation that `messages` belongs to
  home: null,
  stack: [],
  exchanges: [],
  mails: [],
  charges: [],
  customers: [],
  guide: null,
};

const listeners = new Map();

/** Calls `listener` whenever `topic` is published. */
export function subscribe(topic, listener) {
  listeners.set(topic, [...(listeners.get(topic) ?? []), listener]);
}

/** Tells every listener of a topic; data travels along untouched. */
export function publish(topic, data) {
  for (const listener of listeners.get(topic) ?? []) listener(data);
}

/** The user with this id, or undefined. */
export function userById(id) {
  return store.state?.users.find((user) => user.id === id);
}

/** A user's name as people say it; an unknown id stays an id. */
export function userName(id) {
  const user = userById(id);
  return user ? user.real_name || user.name : String(id);
}

/** The conversation with this id, as far as the present person may see it. */
export function conversationById(id) {
  return store.state?.conversations.find((one) => one.id === id);
}

/** The app's own direct conversation with the present person. */
export function appConversation() {
  const bot = store.state?.app?.user_id;
  return store.state?.conversations.find((one) => one.kind === "dm" && one.with_user === bot);
}

/** What a conversation is called on screen, without its sign. */
export function conversationName(conversation) {
  if (!conversation) return "";
  if (conversation.kind !== "dm") return conversation.name;
  return userName(conversation.with_user ?? conversation.name);
}

/** The zone in which the present person reads times. */
export function zone() {
  return store.state?.me?.tz || "UTC";
}

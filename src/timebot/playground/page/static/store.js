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
  mails: null, // null until first fetched
  charges: null,
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

/** The app's own id as a member of conversations. */
export function botId() {
  return store.state?.app?.user_id ?? store.state?.app?.id;
}

/** The user with this id, or undefined; the app counts as one. */
export function userById(id) {
  const known = store.state?.users.find((user) => user.id === id);
  if (known || !id || id !== botId()) return known;
  return { id, real_name: store.state.app.name, initials: "", is_bot: true };
}

/** The user with this handle, or undefined. */
export function userByHandle(handle) {
  return store.state?.users.find((user) => handle && user.name === handle);
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
  const bot = botId();
  return store.state?.conversations.find((one) => one.kind === "dm" && (one.with_user === bot || one.members?.includes(bot)));
}

/** What a conversation is called on screen, without its sign. */
export function conversationName(conversation) {
  if (!conversation) return "";
  if (conversation.kind !== "dm") return conversation.name;
  return userName(otherOf(conversation));
}

/** Whom the present person talks to in a direct conversation. */
export function otherOf(conversation) {
  return conversation.members?.find((id) => id !== store.user) ?? conversation.with_user;
}

/** The zone in which the present person reads times. */
export function zone() {
  return store.state?.me?.tz || "UTC";
}

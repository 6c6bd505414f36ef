// Starts the page: who looks, where, and what happens when that changes.

import { inWords, post } from "./api.js";
import { startComposer } from "./composer.js";
import { startConversation } from "./conversation.js";
import { loadGuide } from "./guide.js";
import { startModal } from "./modal.js";
import { notify } from "./notices.js";
import { startPanel } from "./panel.js";
import { startRail } from "./rail.js";
import { appConversation, publish, store, subscribe, userByHandle } from "./store.js";
import { follow, refresh } from "./sync.js";
import { startTopbar } from "./topbar.js";

function readAddress() {
  const hash = new URLSearchParams(window.location.hash.slice(1));
  const query = new URLSearchParams(window.location.search);
  store.user = query.get("user") || hash.get("user") || null;
  const at = hash.get("at");
  if (at) store.at = at === "home" ? { view: "home" } : { view: "conversation", id: at };
}

function writeAddress() {
  const words = new URLSearchParams({ user: store.user ?? "", at: store.at.view === "home" ? "home" : store.at.id });
  const query = new URLSearchParams(window.location.search);
  // The hash remembers the person; a query naming another one would win on reload.
  query.delete("user");
  const rest = query.toString();
  window.history.replaceState(null, "", `${window.location.pathname}${rest ? `?${rest}` : ""}#${words}`);
}

async function openHome() {
  await post("home_opened", { user: store.user });
  await refresh();
}

function go(place) {
  store.at = place;
  if (place.view === "home") store.home = null;
  publish("place");
  if (place.view === "home") {
    openHome();
    return;
  }
  document.querySelector("#composer").focus();
  refresh();
}

function switchPerson({ id, then }) {
  if (id === store.user) return;
  const wasApp = store.at?.view === "conversation" && store.at.id === appConversation()?.id;
  store.user = id;
  store.stack = [];
  store.home = null;
  store.messagesOf = null;
  // Everybody has their own conversation with the app; who looked at one looks at the other's.
  if (wasApp) store.at = { view: "conversation", id: "app" };
  publish("modal");
  refresh().then(() => {
    publish("place");
    if (store.at?.view === "home") openHome();
    then?.();
  });
}

// A newcomer begins as the person the guide is about, in front of the app; an address goes first.
async function beginAs(person) {
  if (!person) return;
  store.user = person.id;
  store.at = { view: "conversation", id: "app" };
  await refresh();
}

async function start() {
  readAddress();
  await loadGuide();
  startTopbar();
  startRail();
  startPanel();
  startConversation();
  startComposer();
  startModal();
  subscribe("go", go);
  subscribe("person", switchPerson);
  subscribe("stale", refresh);
  subscribe("place", writeAddress);
  subscribe("refused", (error) => notify(`${inWords(error.message)} Open the page with ?user= and somebody's id.`, "bad"));
  const nobodyNamed = !store.user;
  await refresh();
  if (nobodyNamed) await beginAs(userByHandle(store.guide?.person));
  if (store.at && store.state) publish("place");
  if (store.at?.view === "home") openHome();
  document.body.classList.add("ready");
  follow();
}

start();

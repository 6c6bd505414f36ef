// The inspector: what the app was sent and what it sent, newest first.

import { breaker } from "./breaking.js";
import { exactTime } from "./dates.js";
import { el, icon } from "./dom.js";
import { jsonTree } from "./json.js";
import { store, subscribe } from "./store.js";

const KEPT = 300;

function isBad(exchange) {
  const status = Number(exchange.status);
  return Boolean(exchange.fault) || status >= 400 || status === 0 || exchange.response?.ok === false;
}

function part(title, value) {
  if (value === null || value === undefined || value === "") return el("p", { class: "quiet" }, `${title}: empty`);
  return el("section", {}, el("h3", {}, title), el("div", { class: "json" }, jsonTree(value)));
}

function entry(exchange) {
  const toApp = exchange.direction === "to_app";
  const bad = isBad(exchange);
  const slow = Number(exchange.ms) >= 3000;
  const summary = el(
    "summary",
    {},
    el("span", { class: `way ${toApp ? "to-app" : "from-app"}`, role: "img", "aria-label": toApp ? "sent to the app" : "sent by the app" }, toApp ? "→" : "←"),
    el("span", { class: "exchange-words" }, el("strong", {}, exchange.title || exchange.kind), el("small", {}, `${exchange.kind} · ${exactTime(exchange.at)}`)),
    el(
      "span",
      { class: "exchange-figures" },
      el("span", { class: `status ${bad ? "bad" : "good"}` }, exchange.status ?? (exchange.kind === "accessibility" ? "unsaid" : "no answer")),
      exchange.ms === null || exchange.ms === undefined ? null : el("small", { class: slow ? "bad-words" : null }, `${Math.round(exchange.ms)} ms`),
    ),
  );
  const node = el("details", { class: "exchange", dataset: { exchange: exchange.n, kind: exchange.kind } }, summary);
  node.addEventListener("toggle", () => {
    if (!node.open || node.childElementCount > 1) return;
    if (exchange.fault) node.append(el("p", { class: "exchange-fault" }, icon("alert"), exchange.fault));
    node.append(part("Request", exchange.request), part("Response", exchange.response));
  });
  return node;
}

/** The tab's contents; new exchanges are put on top without closing what is open. */
export function inspectorView() {
  const intro = el("p", { class: "intro" }, el("b", {}, "→"), " sent to the app, ", el("b", {}, "←"), " sent by the app. Open a line to read it.");
  const empty = el("p", { class: "nothing" }, icon("inspect"), "Nothing has been sent yet. Try a command.");
  const list = el("div", { class: "exchanges", role: "feed", "aria-label": "Exchanges" });
  let last = 0;
  subscribe("exchanges", () => {
    const newest = store.exchanges.at(-1)?.n ?? 0;
    // Numbers that start again belong to a world that was started again.
    if (newest < last) {
      list.replaceChildren();
      last = 0;
    }
    for (const exchange of store.exchanges) if (exchange.n > last) list.prepend(entry(exchange));
    while (list.childElementCount > KEPT) list.lastChild.remove();
    last = newest;
    empty.hidden = list.childElementCount > 0;
  });
  return [intro, breaker(), empty, list];
}

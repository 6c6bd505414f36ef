// The right panel and its tabs; the guide comes first where the server has one.

import { el, fill, icon, looksNew } from "./dom.js";
import { chargesView } from "./charges.js";
import { guideView } from "./guide.js";
import { inspectorView } from "./inspector.js";
import { mailboxView } from "./mailbox.js";
import { publish, store, subscribe } from "./store.js";

const GUIDE = { name: "guide", label: "Guide", view: guideView, topic: "guide", count: () => 0 };
const TABS = [
  { name: "inspector", label: "Inspector", view: inspectorView, topic: "exchanges", count: () => 0 },
  { name: "mailbox", label: "Mailbox", view: mailboxView, topic: "mails", count: () => store.mails?.length },
  { name: "charges", label: "Charges", view: chargesView, topic: "charges", count: () => store.charges?.length },
];

let current = "inspector";
const seen = {}; // tab -> how many were there when it was last open

function choose(name) {
  current = name;
  draw();
}

function fresh(tab) {
  const count = tab.count();
  if (count === undefined) return 0;
  seen[tab.name] ??= count;
  if (tab.name === current) seen[tab.name] = count;
  return count - seen[tab.name];
}

function tabButton(tab, news) {
  const selected = tab.name === current;
  return el(
    "button",
    {
      type: "button",
      role: "tab",
      id: `tab-${tab.name}`,
      "aria-selected": String(selected),
      "aria-controls": `view-${tab.name}`,
      tabindex: selected ? "0" : "-1",
      dataset: { tab: tab.name },
      onclick: () => choose(tab.name),
      onkeydown: (event) => arrows(event, tab),
    },
    tab.label,
    news > 0 ? el("span", { class: "count", "aria-label": `${news} new` }, news) : null,
  );
}

function arrows(event, tab) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  const at = TABS.indexOf(tab);
  choose(TABS[(at + by + TABS.length) % TABS.length].name);
  document.querySelector(`#tab-${current}`).focus();
}

function draw() {
  const bar = document.querySelector("#panel-tabs");
  const news = TABS.map(fresh);
  if (!looksNew(bar, current, news)) return;
  const hadFocus = bar.contains(document.activeElement);
  fill(bar, TABS.map((tab, index) => tabButton(tab, news[index])));
  if (hadFocus) document.querySelector(`#tab-${current}`).focus();
  for (const tab of TABS) document.querySelector(`#view-${tab.name}`).hidden = tab.name !== current;
}

/** Builds the panel; each tab redraws itself when its own data changes. */
export function startPanel() {
  if (store.guide?.steps?.length) {
    TABS.unshift(GUIDE);
    current = GUIDE.name;
  }
  const views = TABS.map((tab) =>
    el("div", { class: "panel-view", id: `view-${tab.name}`, role: "tabpanel", "aria-labelledby": `tab-${tab.name}`, tabindex: "0" }, tab.view()),
  );
  const close = el("button", { type: "button", class: "icon-button", id: "close-panel", "aria-label": "Close", onclick: () => publish("close-panel") }, icon("close"));
  const tabs = el("div", { id: "panel-tabs", role: "tablist", "aria-label": "Behind the scenes" });
  fill(document.querySelector("#panel"), el("div", { class: "panel-head" }, tabs, close), views);
  for (const tab of TABS) subscribe(tab.topic, draw);
  subscribe("show-tab", choose);
  draw();
}

// Breaks something on purpose, to see how the app bears it: the next call of a method, or a second delivery.

import { inWords, post } from "./api.js";
import { el } from "./dom.js";
import { notify } from "./notices.js";

const CALLS = {
  "chat.postMessage": "new message",
  "chat.update": "repaint of a message",
  "views.open": "form that opens",
  "views.publish": "Home",
  response_url: "answer to a click",
  "users.info": "look at a profile",
  upload: "PDF",
};

const WAYS = {
  "500_before": "fails",
  "500_after": "arrives, then fails",
  cut_before: "is cut off",
  cut_after: "arrives, then is cut off",
  429: "is refused for 30 seconds",
  slow: "is answered 2 seconds late",
};

function menu(label, options) {
  const choices = Object.entries(options).map(([value, words]) => el("option", { value }, words));
  return el("select", { class: "breaker-menu", "aria-label": label }, choices);
}

async function send(body, words) {
  const answer = await post("trouble", body);
  notify(answer.ok ? words : inWords(answer.error), answer.ok ? "" : "bad");
}

/** A fold with two ways to make trouble. */
export function breaker() {
  const call = menu("What", CALLS);
  const way = menu("How", WAYS);
  const plan = () => {
    const words = `The next ${CALLS[call.value]} ${WAYS[way.value]}.`;
    return send({ method: call.value, kind: way.value }, words);
  };
  const again = () => send({ kind: "again" }, "The last delivery was sent to the app a second time.");
  return el(
    "details",
    { class: "breaker" },
    el("summary", {}, "Break something"),
    el("div", { class: "breaker-row" }, el("span", {}, "The next"), call, way, el("button", { type: "button", class: "button", id: "break-call", onclick: plan }, "Plan it")),
    el("button", { type: "button", class: "button", id: "deliver-again", onclick: again }, "Deliver the last request again"),
  );
}

// Short notices at the foot of the page, and the page's own dialog for "are you sure".

import { el, fill, icon } from "./dom.js";
import { plainText, textObject } from "./mrkdwn.js";

const SHOWN_MS = 7000;

/** Says something once; screen readers hear it as well. */
export function notify(text, kind = "") {
  const close = el("button", { type: "button", class: "icon-button small", "aria-label": "Dismiss" }, icon("close"));
  const node = el("div", { class: `notice ${kind}` }, kind === "bad" ? icon("alert") : null, el("span", {}, text), close);
  close.addEventListener("click", () => node.remove());
  const holder = document.querySelector("#notices");
  holder.append(node);
  while (holder.children.length > 3) holder.firstChild.remove();
  // A dialog lies above everything else, so the notices are raised above it each time.
  if (holder.showPopover) {
    if (holder.matches(":popover-open")) holder.hidePopover();
    holder.showPopover();
  }
  window.setTimeout(() => node.remove(), SHOWN_MS);
}

/** Asks with a Block Kit confirm object; resolves to true or false. */
export function confirmed(confirm) {
  const dialog = document.querySelector("#confirm");
  return new Promise((resolve) => {
    const answer = (value) => dialog.close(value);
    const style = confirm.style === "danger" ? "danger" : "primary";
    const deny = el("button", { type: "button", class: "button", onclick: () => answer("no") }, plainText(confirm.deny ?? "Cancel"));
    const accept = el(
      "button",
      { type: "button", class: `button ${style}`, id: "confirm-yes", onclick: () => answer("yes") },
      plainText(confirm.confirm ?? "Yes"),
    );
    fill(
      dialog,
      el("h2", { id: "confirm-title" }, plainText(confirm.title ?? "Are you sure?")),
      el("div", { class: "confirm-text mrkdwn" }, textObject(confirm.text)),
      el("div", { class: "dialog-foot" }, deny, accept),
    );
    dialog.returnValue = "no";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
    accept.focus();
  });
}

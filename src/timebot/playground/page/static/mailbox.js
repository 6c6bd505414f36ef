// The mailbox: every mail the app sent, with its attachments.

import { shortDay, time } from "./dates.js";
import { el, fill, icon } from "./dom.js";
import { store, subscribe } from "./store.js";
import { fileCard } from "./viewer.js";

function words(people) {
  return Array.isArray(people) ? people.join(", ") : String(people ?? "");
}

function body(mail) {
  // The frame may run nothing and reach nothing; it only draws.
  if (mail.html) return el("iframe", { class: "mail-html", sandbox: "", srcdoc: mail.html, title: `Mail: ${mail.subject}`, loading: "lazy" });
  return el("pre", { class: "mail-text" }, mail.text || "This mail has no text.");
}

function line(name, value) {
  return words(value) ? [el("dt", {}, name), el("dd", {}, words(value))] : null;
}

function attachment(mail, one) {
  const url = `/_/mail/mails/${encodeURIComponent(mail.id)}/attachments/${encodeURIComponent(one.n)}`;
  return fileCard({ name: one.filename, url, size: one.size, type: one.content_type });
}

function entry(mail) {
  const files = mail.attachments ?? [];
  const summary = el(
    "summary",
    {},
    el(
      "span",
      { class: "mail-words" },
      el("strong", {}, mail.subject || "No subject"),
      el("small", {}, `To ${words(mail.to)}`),
      el("small", {}, `${shortDay(mail.at)}, ${time(mail.at)}`),
    ),
    el("span", { class: "mail-side" }, mail.state ? el("span", { class: `pill ${mail.state}` }, mail.state) : null, files.length ? el("small", {}, icon("file"), files.length) : null),
  );
  const node = el("details", { class: "mail", dataset: { mail: mail.id } }, summary);
  node.addEventListener("toggle", () => {
    if (!node.open || node.childElementCount > 1) return;
    node.append(
      el("dl", {}, line("From", mail.from), line("To", mail.to), line("Copy", mail.cc)),
      files.length ? el("div", { class: "files" }, files.map((one) => attachment(mail, one))) : "",
      body(mail),
      mail.html && mail.text ? el("details", { class: "plain-part" }, el("summary", {}, "Plain text"), el("pre", { class: "mail-text" }, mail.text)) : "",
    );
  });
  return node;
}

/** The tab's contents; a mail that is open stays open. */
export function mailboxView() {
  const empty = el("p", { class: "nothing" }, icon("mail"), "No mail has been sent yet.");
  const list = el("div", { class: "mails" });
  const drawn = new Map();
  subscribe("mails", () => {
    const newest = [...store.mails].sort((a, b) => String(b.at).localeCompare(String(a.at)));
    const nodes = newest.map((mail) => {
      const sign = JSON.stringify(mail);
      if (drawn.get(mail.id)?.sign !== sign) drawn.set(mail.id, { sign, node: entry(mail) });
      return drawn.get(mail.id).node;
    });
    // Moving a node that is already in place would reload its frame.
    const same = nodes.length === list.children.length && nodes.every((node, index) => node === list.children[index]);
    if (!same) fill(list, nodes);
    empty.hidden = nodes.length > 0;
  });
  return [empty, list];
}

// Draws Slack's mrkdwn as page elements.
// The marks are those of https://docs.slack.dev/messaging/formatting-message-text

import { slackDate } from "./dates.js";
import { add, el, link } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { conversationById, conversationName, userName } from "./store.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
// Slack knows the full-width twins of its marks, too.
const STYLES = { "*": "strong", "＊": "strong", _: "em", "＿": "em", "~": "s" };
// The word joiner counts as part of a word: a style that begins behind one does not begin at its edge.
const WORD = /[\p{L}\p{N}\u2060]/u;

/** Undoes the three escapes of Slack, once. */
export function unescape(text) {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);
}

/** A name set off as a mention. */
export function mention(sign, name) {
  return el("span", { class: "mention" }, `${sign}${name}`);
}

/** A known emoji as its sign, else the name as typed. */
export function emojiNode(name) {
  const sign = emojiFor(name);
  if (!sign) return document.createTextNode(`:${name}:`);
  return el("span", { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` }, sign);
}

/** plain_text with its emoji names drawn where the text object allows them. */
export function plainText(text) {
  if (!text) return [];
  if (typeof text === "string") return [text];
  if (text.emoji === false) return [text.text];
  return text.text.split(/(:[a-z0-9_+-]+:)/).map((part) =>
    /^:[a-z0-9_+-]+:$/.test(part) ? emojiNode(part.slice(1, -1)) : part,
  );
}

/** A text object, whichever of the two kinds it is. */
export function textObject(text) {
  if (!text) return [];
  if (typeof text === "string") return [text];
  return text.type === "mrkdwn" ? mrkdwn(text.text, { verbatim: text.verbatim }) : plainText(text);
}

/** All of a mrkdwn text: code blocks first, then quotes, then what stands in the lines. */
export function mrkdwn(text, { verbatim = false } = {}) {
  const parts = String(text ?? "").split(/```([\s\S]+?)```/);
  return parts.flatMap((part, index) => {
    if (index % 2) return [el("pre", {}, literal(part.replace(/^\n|\n$/g, "")))];
    return quotes(trimAround(part, index, parts.length), verbatim);
  });
}

// A line break next to a code block is already made by the block itself.
function trimAround(part, index, count) {
  let trimmed = index > 0 ? part.replace(/^\n/, "") : part;
  if (index < count - 1) trimmed = trimmed.replace(/\n$/, "");
  return trimmed;
}

function quotes(text, verbatim) {
  const nodes = [];
  let plain = [];
  let quoted = [];
  const endPlain = () => {
    if (plain.length) nodes.push(...inline(plain.join("\n"), verbatim));
    plain = [];
  };
  const endQuote = () => {
    if (quoted.length) nodes.push(el("blockquote", {}, inline(quoted.join("\n"), verbatim)));
    quoted = [];
  };
  for (const line of text.split("\n")) {
    const mark = line.match(/^(?:&gt;|>|＞) ?(.*)$/);
    if (mark) {
      endPlain();
      quoted.push(mark[1]);
    } else {
      endQuote();
      plain.push(line);
    }
  }
  endPlain();
  endQuote();
  return nodes;
}

/** What stands inside lines: styles, code, links, mentions, dates and emoji. */
function inline(text, verbatim) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain) nodes.push(document.createTextNode(unescape(plain)));
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = markAt(text, at, verbatim);
    if (found) {
      flush();
      nodes.push(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return nodes;
}

function markAt(text, at, verbatim) {
  const sign = text[at];
  if (sign === "\n") return { node: el("br"), end: at + 1 };
  if (sign === "`" || sign === "｀") return codeAt(text, at);
  if (sign === "<") return angleAt(text, at);
  if (sign === ":") return emojiAt(text, at);
  if (sign in STYLES) return styleAt(text, at, verbatim);
  if (sign === "h" && !verbatim) return addressAt(text, at);
  return null;
}

function codeAt(text, at) {
  if (text[at - 1] === "\u2060") return null;
  const end = text.indexOf(text[at], at + 1);
  const inside = text.slice(at + 1, end);
  if (end < 0 || !inside || inside.includes("\n")) return null;
  return { node: el("code", {}, literal(inside)), end: end + 1 };
}

function emojiAt(text, at) {
  const found = /^:([a-z0-9_+-]+):/.exec(text.slice(at, at + 80));
  if (!found || !emojiFor(found[1])) return null;
  return { node: emojiNode(found[1]), end: at + found[0].length };
}

function addressAt(text, at) {
  if (at > 0 && WORD.test(text[at - 1])) return null;
  const found = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)'"\]*_~]/.exec(text.slice(at));
  if (!found) return null;
  return { node: link(unescape(found[0])), end: at + found[0].length };
}

function styleAt(text, at, verbatim) {
  const sign = text[at];
  const before = text[at - 1] ?? " ";
  const after = text[at + 1] ?? " ";
  if (WORD.test(before) || before === sign || /\s/.test(after) || after === sign) return null;
  const end = closing(text, at);
  if (end < 0) return null;
  return { node: add(el(STYLES[sign]), inline(text.slice(at + 1, end), verbatim)), end: end + 1 };
}

// The closing sign stands on the same line, after a non-space, before a non-letter, outside code and marks.
function closing(text, start) {
  const sign = text[start];
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
    if ("`｀<".includes(text[at])) {
      const end = text.indexOf(text[at] === "<" ? ">" : text[at], at + 1);
      if (end > 0) at = end;
    } else if (text[at] === sign && !/\s/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ")) {
      return at;
    }
  }
  return -1;
}

function angleAt(text, at) {
  const end = text.indexOf(">", at);
  const node = end < 0 ? null : angle(text.slice(at + 1, end));
  return node && { node, end: end + 1 };
}

/** The inside of `<…>`; null where it is no mark of Slack's, so that it stays literal. */
function angle(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inside.slice(bar + 1));
  if (/^@[A-Z0-9]+$/.test(target)) return mention("@", userName(target.slice(1)));
  if (/^#[A-Z0-9]+$/.test(target)) return channelNode(target.slice(1), label);
  if (target.startsWith("!")) return special(target.slice(1), label);
  if (/^(?:https?:\/\/|mailto:|tel:)/i.test(target)) return link(unescape(target), label);
  return null;
}

function channelNode(id, label) {
  return mention("#", conversationName(conversationById(id)) || label || id);
}

function special(target, label) {
  const [kind, ...rest] = target.split("^");
  if (kind === "date") return dateNode(rest, label);
  if (["here", "channel", "everyone"].includes(kind)) return mention("@", kind);
  return mention("", label || kind);
}

function dateNode([seconds, pattern = "", url], fallback) {
  const said = slackDate(seconds, pattern, fallback);
  if (url) return link(url, said);
  return el("time", { title: fallback || null }, said);
}

// Inside code nothing is styled, but marks still stand for what they name.
function literal(text) {
  return text
    .split(/(<[^<>\n]+>)/)
    .map((part) => (part.startsWith("<") && part.endsWith(">") ? (angle(part.slice(1, -1))?.textContent ?? part) : unescape(part)));
}

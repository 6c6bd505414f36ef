// Draws rich_text blocks: sections, lists, quotes and preformatted text.

import { slackDate } from "./dates.js";
import { add, el, link } from "./dom.js";
import { emojiNode, mention } from "./mrkdwn.js";
import { conversationById, conversationName, userName } from "./store.js";

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code", underline: "u" };

const LEAVES = {
  text: (part) => broken(part.text),
  link: (part) => link(part.url, part.text),
  user: (part) => mention("@", userName(part.user_id)),
  channel: (part) => mention("#", conversationName(conversationById(part.channel_id)) || part.channel_id),
  usergroup: (part) => mention("@", part.usergroup_id),
  broadcast: (part) => mention("@", part.range),
  emoji: (part) => emojiNode(part.name),
  date: (part) => el("time", {}, slackDate(part.timestamp, part.format ?? "{date}", part.fallback ?? "")),
  color: (part) => el("code", {}, part.value),
};

// A space keeps runs of text apart on screen just as they were sent.
function broken(text) {
  return String(text ?? "").split("\n").flatMap((line, index) => (index ? [el("br"), line] : [line]));
}

function leaf(part) {
  const draw = LEAVES[part.type];
  let nodes = draw ? draw(part) : [part.text ?? ""];
  for (const [style, tag] of Object.entries(TAGS)) {
    if (part.style?.[style]) nodes = add(el(tag), nodes);
  }
  return nodes;
}

function leaves(parent) {
  return (parent.elements ?? []).map(leaf);
}

function list(part) {
  const ordered = part.style === "ordered";
  const start = ordered && part.offset ? part.offset + 1 : null;
  const node = el(ordered ? "ol" : "ul", { class: `rich-list indent-${Math.min(part.indent ?? 0, 5)}`, start });
  return add(node, part.elements.map((item) => add(el("li"), leaves(item))));
}

const PARTS = {
  rich_text_section: (part) => add(el("div", { class: "rich-section" }), leaves(part)),
  rich_text_list: list,
  rich_text_quote: (part) => add(el("blockquote"), leaves(part)),
  rich_text_preformatted: (part) => add(el("pre"), leaves(part)),
};

/** All parts of a rich_text block. */
export function richText(block) {
  return (block.elements ?? []).map((part) => (PARTS[part.type] ? PARTS[part.type](part) : leaves(part)));
}

// Draws any JSON value as a tree that opens piece by piece.

import { el } from "./dom.js";

const OPEN_DEPTH = 2;
const SMALL = 60;

function scalar(value) {
  const kind = value === null ? "null" : typeof value;
  return el("span", { class: `json-${kind}` }, JSON.stringify(value));
}

// Slack sends some values as JSON inside a string; those are opened as well.
function unpacked(value) {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The value as nodes, with `name` before it where it belongs to an object. */
export function jsonTree(value, name = null, depth = 0) {
  const inside = unpacked(value);
  const label = name === null ? null : el("span", { class: "json-key" }, `${name}: `);
  if (inside === null || typeof inside !== "object") return el("div", { class: "json-line" }, label, scalar(inside));
  const entries = Object.entries(inside);
  const isList = Array.isArray(inside);
  const whole = JSON.stringify(inside);
  if (!entries.length || (whole.length <= SMALL && depth > 0)) {
    return el("div", { class: "json-line" }, label, el("span", { class: "json-small" }, whole));
  }
  const summary = el("summary", {}, label, el("span", { class: "json-count" }, isList ? `[${entries.length}]` : `{${entries.length}}`));
  const node = el("details", { class: "json-branch", open: depth < OPEN_DEPTH }, summary);
  // Deep branches are built only once somebody opens them.
  const build = () => {
    if (node.childElementCount === 1) node.append(...entries.map(([key, one]) => jsonTree(one, key, depth + 1)));
  };
  if (depth < OPEN_DEPTH) build();
  else node.addEventListener("toggle", build);
  return node;
}

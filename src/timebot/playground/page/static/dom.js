// Builds page elements from plain values; text always becomes text nodes, never markup.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  alert: "M12 8v5m0 3.2v.1M12 3 2.6 19.5h18.8z",
  arrow: "M12 5v13m0 0 5.5-5.5M12 18l-5.5-5.5",
  bolt: "M13 3 5 13.5h5.5L10 21l8.5-11H13z",
  check: "m5 12.5 4.5 4.5L19 7.5",
  chevron: "m6 9.5 6 6 6-6",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3.2 2",
  close: "M6 6l12 12M18 6 6 18",
  dots: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5-2.7a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4Z",
  file: "M7 3h7l5 5v13H7zM14 3v5h5",
  hash: "M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16",
  help: "M9.2 9.2a2.9 2.9 0 1 1 4.4 2.5c-1 .6-1.6 1.2-1.6 2.4m0 3v.1M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  inspect: "M4 7h10m0 0-3-3m3 3-3 3M20 17H10m0 0 3-3m-3 3 3 3",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  mail: "M3.5 6h17v12.5h-17zM3.5 7l8.5 6.5L20.5 7",
  menu: "M4 7h16M4 12h16M4 17h16",
  card: "M3 6h18v12.5H3zM3 10.3h18M6.5 15h4",
  panel: "M4 5h16v14H4zM14.5 5v14",
  send: "M4 12 20 4.5 15.5 20l-3.7-6.3zM11.8 13.7 20 4.5",
};

/**
 * Builds one element. `on…` properties become listeners, `dataset` data attributes, the rest
 * attributes; null, undefined and false leave an attribute out.
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "dataset") setData(node, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  add(node, children);
  return node;
}

function setData(node, data) {
  for (const [name, value] of Object.entries(data)) {
    if (value !== null && value !== undefined) node.dataset[name] = String(value);
  }
}

/** Appends children; strings become text, arrays are flattened, nothing is skipped over loudly. */
export function add(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** Replaces everything inside a node. */
export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

const looks = new WeakMap();

/**
 * True when `look` differs from the last one noted for this node. What looks the same is left alone,
 * so that a press of the mouse is not lost between down and up.
 */
export function looksNew(node, ...look) {
  const sign = JSON.stringify(look);
  if (looks.get(node) === sign) return false;
  looks.set(node, sign);
  return true;
}

/** A small line drawing by name; decoration only, so it is hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name] ?? ICONS.dots);
  svg.append(path);
  return svg;
}

/** The square with somebody's initials. */
export function avatar(person, size = "") {
  const node = el("span", { class: `avatar ${size}`, "aria-hidden": "true" });
  node.append(person?.is_bot ? icon("clock") : (person?.initials ?? "?"));
  const colour = String(person?.color ?? "");
  if (/^#?[0-9a-f]{6}$/i.test(colour)) node.style.background = `#${colour.replace("#", "")}`;
  return node;
}

let counter = 0;

/** A fresh element id, for labels and what they describe. */
export function freshId(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

/** The address if a link may point there, else null: only web and mail addresses are followed. */
export function safeUrl(value) {
  try {
    const url = new URL(String(value), window.location.href);
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens beside the page, or plain text where the address is not safe to follow. */
export function link(url, label) {
  const href = safeUrl(url);
  if (!href) return document.createTextNode(label || String(url));
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, label || String(url));
}

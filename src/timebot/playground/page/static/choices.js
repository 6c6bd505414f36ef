// Block Kit's visible choices: buttons, checkboxes, radio buttons and the overflow menu.

import { el, freshId, icon, safeUrl } from "./dom.js";
import { openMenu } from "./menu.js";
import { plainText, textObject } from "./mrkdwn.js";

const LOOKS = { primary: "primary", danger: "danger" };

/** A button; one with an address opens it and still tells the app. */
export function button(element, surface, blockId, { attributes }) {
  const href = element.url ? safeUrl(element.url) : null;
  const node = el(
    href ? "a" : "button",
    {
      class: `button ${LOOKS[element.style] ?? ""}`,
      ...(href ? { href, target: "_blank", rel: "noopener noreferrer", role: "button" } : { type: "button" }),
      ...attributes,
      "aria-label": element.accessibility_label,
      "aria-labelledby": null,
    },
    plainText(element.text),
  );
  node.addEventListener("click", () => {
    if (node.classList.contains("busy")) return;
    surface.act(blockId, element, { value: element.value, text: element.text }, node);
  });
  return node;
}

function choiceLine(kind, name, option, checked) {
  const input = el("input", { type: kind, name, value: option.value, checked });
  const words = el("span", { class: "choice-words" }, el("span", {}, textObject(option.text)));
  if (option.description) words.append(el("small", {}, ...textObject(option.description)));
  return { input, node: el("label", { class: "choice" }, input, words) };
}

function chosenValues(options) {
  return new Set((options ?? []).map((option) => option?.value));
}

/** Boxes to tick, any number of them. */
export function checkboxes(element, surface, blockId, { dispatch, attributes }) {
  const start = surface.enter(blockId, element, { selected_options: element.initial_options ?? [] });
  const ticked = chosenValues(start.selected_options);
  const name = freshId("boxes");
  const lines = element.options.map((option) => choiceLine("checkbox", name, option, ticked.has(option.value)));
  const group = el("div", { class: "choices", role: "group", ...attributes }, lines.map((line) => line.node));
  group.addEventListener("change", () => {
    const value = { selected_options: element.options.filter((_, index) => lines[index].input.checked) };
    surface.put(blockId, element, value);
    if (dispatch) surface.act(blockId, element, value);
  });
  return group;
}

/** One of several. */
export function radios(element, surface, blockId, { dispatch, attributes }) {
  const start = surface.enter(blockId, element, { selected_option: element.initial_option ?? null });
  const name = freshId("radios");
  const picked = start.selected_option?.value;
  const lines = element.options.map((option) => choiceLine("radio", name, option, option.value === picked));
  const group = el("div", { class: "choices", role: "radiogroup", ...attributes }, lines.map((line) => line.node));
  group.addEventListener("change", () => {
    const value = { selected_option: element.options.find((_, index) => lines[index].input.checked) ?? null };
    surface.put(blockId, element, value);
    if (dispatch) surface.act(blockId, element, value);
  });
  return group;
}

/** The three dots with rare actions behind them. */
export function overflow(element, surface, blockId, { attributes }) {
  const node = el(
    "button",
    { type: "button", class: "button overflow", "aria-haspopup": "menu", ...attributes, "aria-labelledby": null, "aria-label": "More actions" },
    icon("dots"),
  );
  node.addEventListener("click", () => {
    const items = element.options.map((option) => ({
      label: option.text?.text ?? option.value,
      note: option.description?.text,
      value: option.value,
      run: () => {
        const href = option.url && safeUrl(option.url);
        if (href) window.open(href, "_blank", "noopener");
        surface.act(blockId, element, { selected_option: option }, node);
      },
    }));
    openMenu(node, items);
  });
  return node;
}

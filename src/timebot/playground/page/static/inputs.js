// Block Kit's typed inputs: text, number, e-mail, address, date and time.

import { el } from "./dom.js";

const KINDS = {
  plain_text_input: { type: "text" },
  number_input: { type: "text", inputmode: "decimal" },
  email_text_input: { type: "email" },
  url_text_input: { type: "url" },
};

function triggers(element, fallback) {
  return element.dispatch_action_config?.trigger_actions_on ?? fallback;
}

function growing(node) {
  const grow = () => {
    node.style.height = "auto";
    node.style.height = `${Math.min(node.scrollHeight + 2, 320)}px`;
  };
  node.addEventListener("input", grow);
  window.requestAnimationFrame(grow);
}

/** Draws a text-like input; its value is a string, or null while empty, as in Slack. */
export function typedInput(element, surface, blockId, { dispatch, attributes }) {
  const start = surface.enter(blockId, element, { value: element.initial_value ?? null }).value;
  const long = Boolean(element.multiline);
  const node = el(long ? "textarea" : "input", {
    class: "input",
    ...(long ? { rows: 4 } : KINDS[element.type]),
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    autocomplete: "off",
    ...attributes,
  });
  node.value = start ?? "";
  if (long) growing(node);
  const said = () => ({ value: node.value === "" ? null : node.value });
  const on = triggers(element, ["on_enter_pressed"]);
  node.addEventListener("input", () => {
    surface.put(blockId, element, said());
    if (dispatch && on.includes("on_character_entered")) surface.act(blockId, element, said());
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || long || event.isComposing) return;
    if (!dispatch || !on.includes("on_enter_pressed")) return;
    event.preventDefault();
    surface.act(blockId, element, said());
  });
  return node;
}

const PICKERS = {
  datepicker: { type: "date", field: "date" },
  timepicker: { type: "time", field: "time" },
};

/** Draws a date or time field; the value is `YYYY-MM-DD` or `HH:mm`, as in Slack. */
export function picker(element, surface, blockId, { dispatch, attributes }) {
  const { type, field } = PICKERS[element.type];
  const start = surface.enter(blockId, element, { [`selected_${field}`]: element[`initial_${field}`] ?? null });
  const node = el("input", { class: "input picker", type, ...attributes });
  node.value = start[`selected_${field}`] ?? "";
  node.addEventListener("change", () => {
    const value = { [`selected_${field}`]: node.value || null };
    surface.put(blockId, element, value);
    if (dispatch) surface.act(blockId, element, value);
  });
  return node;
}

/** Draws a date-and-time field; Slack's value is the epoch second, read here in the browser's zone. */
export function instantPicker(element, surface, blockId, { dispatch, attributes }) {
  const start = surface.enter(blockId, element, { selected_date_time: element.initial_date_time ?? null });
  const node = el("input", { class: "input picker wide", type: "datetime-local", ...attributes });
  if (start.selected_date_time) {
    const local = new Date(start.selected_date_time * 1000);
    local.setMinutes(local.getMinutes() - local.getTimezoneOffset());
    node.value = local.toISOString().slice(0, 16);
  }
  node.addEventListener("change", () => {
    const value = { selected_date_time: node.value ? Math.floor(new Date(node.value) / 1000) : null };
    surface.put(blockId, element, value);
    if (dispatch) surface.act(blockId, element, value);
  });
  return node;
}

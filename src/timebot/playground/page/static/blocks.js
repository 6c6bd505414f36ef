// Draws Block Kit blocks and hands their elements to the file that knows them.
// Blocks and elements: https://docs.slack.dev/reference/block-kit

import { button, checkboxes, overflow, radios } from "./choices.js";
import { add, el, freshId, safeUrl } from "./dom.js";
import { instantPicker, picker, typedInput } from "./inputs.js";
import { plainText, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { select } from "./selects.js";

const ELEMENTS = {
  button,
  checkboxes,
  radio_buttons: radios,
  overflow,
  plain_text_input: typedInput,
  number_input: typedInput,
  email_text_input: typedInput,
  url_text_input: typedInput,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: instantPicker,
};

function unknown(what, type) {
  return el("p", { class: "unknown" }, `This page cannot draw the ${what} "${type}".`);
}

/** An interactive element; `labelId` names what labels it, where something does. */
function drawElement(element, surface, blockId, { dispatch = true, clearable = false, labelId, required, describedBy } = {}) {
  if (element.type === "image") return image(element, "small-image");
  const attributes = {
    "data-action-id": element.action_id,
    "data-testid": element.action_id,
    id: freshId("field"),
    "aria-labelledby": labelId,
    "aria-label": labelId ? null : (element.placeholder?.text ?? element.action_id),
    "aria-required": required ? "true" : null,
    "aria-describedby": describedBy,
  };
  const draw = element.type.endsWith("_select") ? select : ELEMENTS[element.type];
  return draw ? draw(element, surface, blockId, { dispatch, clearable, attributes }) : unknown("element", element.type);
}

function image(block, look) {
  const url = block.image_url ?? block.slack_file?.url;
  const href = url && safeUrl(url);
  const alt = block.alt_text ?? "";
  if (!href) return el("span", { class: "image-missing" }, alt || "Image");
  const node = el("img", { src: href, alt, title: alt, class: look, loading: "lazy" });
  // A picture that cannot be shown is replaced by its words.
  node.addEventListener("error", () => node.replaceWith(el("span", { class: "image-missing" }, alt || "Image")));
  return node;
}

const BLOCKS = {
  section(block, surface, blockId) {
    const body = el("div", { class: "section-body" });
    const textId = freshId("text");
    if (block.text) body.append(add(el("div", { class: "mrkdwn", id: textId }), textObject(block.text)));
    if (block.fields) {
      body.append(el("div", { class: "fields" }, block.fields.map((field) => el("div", { class: "mrkdwn" }, textObject(field)))));
    }
    const labelId = block.text ? textId : undefined;
    const side = block.accessory && el("div", { class: "accessory" }, drawElement(block.accessory, surface, blockId, { labelId }));
    return el("div", { class: "section" }, body, side);
  },

  header(block) {
    const level = Math.min(Math.max(block.level ?? 2, 1), 4) + 1;
    return el(`h${level}`, { class: "block-header" }, plainText(block.text));
  },

  context(block) {
    const parts = block.elements.map((part) =>
      part.type === "image" ? image(part, "context-image") : el("span", { class: "mrkdwn" }, textObject(part)),
    );
    return el("div", { class: "context" }, parts);
  },

  actions(block, surface, blockId) {
    return el("div", { class: "actions", role: "group" }, block.elements.map((element) => drawElement(element, surface, blockId)));
  },

  divider: () => el("hr"),

  image(block) {
    const title = block.title && el("figcaption", {}, plainText(block.title));
    return el("figure", {}, title, image(block, "large-image"));
  },

  input(block, surface, blockId) {
    const labelId = freshId("label");
    const hintId = freshId("hint");
    const field = drawElement(block.element, surface, blockId, {
      dispatch: Boolean(block.dispatch_action),
      clearable: true,
      labelId,
      required: !block.optional,
      describedBy: hintId,
    });
    const optional = block.optional ? el("span", { class: "optional" }, " (optional)") : null;
    const target = field.matches("[id]:not([role])") ? field : field.querySelector("input");
    const forId = ["checkboxes", "radio_buttons"].includes(block.element.type) ? null : target?.id;
    const label = el(forId ? "label" : "span", { class: "label", id: labelId, for: forId }, plainText(block.label), optional);
    const hint = block.hint ? el("span", { class: "hint" }, plainText(block.hint)) : null;
    // The error is written into the same described-by region as the hint.
    const foot = el("div", { class: "field-foot", id: hintId }, el("span", { class: "field-error", role: "alert" }), hint);
    return el("div", { class: "field" }, label, field, foot);
  },

  rich_text: (block) => el("div", { class: "mrkdwn" }, richText(block)),

  table(block) {
    const [head, ...rows] = block.rows ?? [];
    const cells = (tag, row) => el("tr", {}, (row ?? []).map((cell, index) => tableCell(tag, cell, block.column_settings?.[index])));
    const table = el("table", {}, el("thead", {}, cells("th", head)), el("tbody", {}, rows.map((row) => cells("td", row))));
    return el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" }, table);
  },
};

function tableCell(tag, cell, settings) {
  const look = `${settings?.align ? `align-${settings.align}` : ""} ${settings?.is_wrapped === false ? "no-wrap" : ""}`;
  const inside = cell.type === "rich_text" ? richText(cell) : String(cell.text ?? cell.value ?? "");
  return el(tag, { class: look.trim() || null, scope: tag === "th" ? "col" : null }, inside);
}

/** Draws a list of blocks on a surface. */
export function drawBlocks(blocks, surface) {
  return blocks.map((block, index) => {
    const blockId = block.block_id ?? `block-${index}`;
    const draw = BLOCKS[block.type];
    const inside = draw ? draw(block, surface, blockId) : unknown("block", block.type);
    return el("div", { class: `block block-${block.type}`, dataset: { blockId } }, inside);
  });
}

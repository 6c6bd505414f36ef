// What a modal's fields lack before it is worth asking the app.

const WRONG_NUMBER = "Please enter a number.";

function isEmpty(value) {
  if (!value) return true;
  const { type: _type, ...fields } = value;
  return Object.values(fields).every((field) => field === null || field === undefined || field === "" || (Array.isArray(field) && !field.length));
}

function numberFault(element, text) {
  const pattern = element.is_decimal_allowed ? /^-?\d+(\.\d+)?$/ : /^-?\d+$/;
  if (!pattern.test(text.trim())) return element.is_decimal_allowed ? WRONG_NUMBER : "Please enter a whole number.";
  const number = Number(text);
  if (element.min_value !== undefined && number < Number(element.min_value)) return `Please enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && number > Number(element.max_value)) return `Please enter ${element.max_value} or less.`;
  return null;
}

function textFault(element, text) {
  const length = [...text].length;
  if (element.min_length && length < element.min_length) return `Please write at least ${element.min_length} characters.`;
  if (element.max_length && length > element.max_length) return `Please write at most ${element.max_length} characters.`;
  return null;
}

const CHECKS = {
  number_input: numberFault,
  plain_text_input: textFault,
  email_text_input: (_, text) => (/^\S+@\S+\.\S+$/.test(text.trim()) ? null : "Please enter an e-mail address."),
  url_text_input: (_, text) => (/^https?:\/\/\S+$/i.test(text.trim()) ? null : "Please enter an address that starts with https://."),
};

/**
 * The faults of a form by block id, empty where there are none.
 * @param {object[]} blocks the view's blocks
 * @param {object} values in the shape of `state.values`
 */
export function faultsOf(blocks, values) {
  const faults = {};
  blocks.forEach((block, index) => {
    if (block.type !== "input") return;
    const blockId = block.block_id ?? `block-${index}`;
    const value = values[blockId]?.[block.element.action_id];
    const fault = isEmpty(value) ? (block.optional ? null : "Please fill this in.") : CHECKS[block.element.type]?.(block.element, value.value);
    if (fault) faults[blockId] = fault;
  });
  return faults;
}

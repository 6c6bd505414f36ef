// Keeps the keyboard where it was when a part of the page is drawn anew.

/** Runs `redraw` and puts focus and cursor back on the same Block Kit element inside `root`. */
export function keepFocus(root, redraw) {
  const focused = document.activeElement;
  const action = root.contains(focused) ? focused.closest("[data-action-id]") : null;
  const address = action && addressOf(action);
  const range = action && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
  redraw();
  if (!address || document.activeElement === focused) return;
  const again = [...root.querySelectorAll("[data-action-id]")].find((node) => addressOf(node) === address);
  again?.focus({ preventScroll: true });
  if (again && range && range[0] !== null && "setSelectionRange" in again) {
    try {
      again.setSelectionRange(...range);
    } catch {
      // Some kinds of input have no text cursor.
    }
  }
}

function addressOf(node) {
  const ts = node.closest("[data-ts]")?.dataset.ts ?? "";
  const block = node.closest("[data-block-id]")?.dataset.blockId ?? "";
  return `${ts} ${block} ${node.dataset.actionId}`;
}

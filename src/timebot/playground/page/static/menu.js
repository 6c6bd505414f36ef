// A small menu that hangs from a button, for the mouse and the keyboard.

import { el } from "./dom.js";

/**
 * Opens a menu under a button.
 * @param {HTMLElement} anchor
 * @param {{label: string, note?: string, lead?: Node, value?: string, current?: boolean, dataset?: object, run: () => void}[]} items
 */
export function openMenu(anchor, items, { width = 220, label = "Actions" } = {}) {
  if (anchor.getAttribute("aria-expanded") === "true") return;
  const menu = el("div", { class: "menu", role: "menu", popover: "manual", "aria-label": label });
  const close = (refocus) => {
    document.removeEventListener("mousedown", outside, true);
    window.removeEventListener("resize", close);
    anchor.removeAttribute("aria-expanded");
    menu.remove();
    if (refocus && anchor.isConnected) anchor.focus();
  };
  const outside = (event) => {
    if (!menu.contains(event.target)) close(false);
  };
  for (const item of items) menu.append(entry(item, close));
  menu.addEventListener("keydown", (event) => keys(event, menu, close));
  anchor.after(menu);
  anchor.setAttribute("aria-expanded", "true");
  menu.showPopover();
  place(menu, anchor, width);
  document.addEventListener("mousedown", outside, true);
  window.addEventListener("resize", close);
  (menu.querySelector(".current") ?? menu.firstElementChild)?.focus();
}

function entry(item, close) {
  const words = el("span", { class: "menu-words" }, el("span", {}, item.label), item.note ? el("small", {}, item.note) : null);
  return el(
    "button",
    {
      type: "button",
      role: "menuitem",
      class: `menu-item ${item.current ? "current" : ""}`,
      dataset: { value: item.value, ...item.dataset },
      onclick: () => {
        close(true);
        item.run();
      },
    },
    item.lead,
    words,
  );
}

function keys(event, menu, close) {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    close(true);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const by = event.key === "ArrowDown" ? 1 : -1;
    items[(at + by + items.length) % items.length].focus();
  }
}

function place(menu, anchor, width) {
  const box = anchor.getBoundingClientRect();
  menu.style.width = `${Math.max(width, Math.min(box.width, 320))}px`;
  const size = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, window.innerWidth - size.width - 8));
  const fits = box.bottom + 4 + size.height < window.innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${fits ? box.bottom + 4 : Math.max(8, box.top - size.height - 4)}px`;
}

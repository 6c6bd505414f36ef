// A field that opens a list and narrows it while one types; for one choice or several.

import { el, fill, freshId, icon } from "./dom.js";

const TYPING_PAUSE_MS = 180;

/**
 * @typedef {{value: string, label: string, description?: string, lead?: () => Node, raw: object}} Choice
 */
export class Combobox {
  /**
   * @param {object} settings
   * @param {(query: string) => Promise<{label?: string, choices: Choice[]}[]>} settings.load
   * @param {(chosen: Choice[]) => void} settings.onchange
   */
  constructor({ attributes, placeholder, multi, max, minQuery, chosen, load, onchange, clearable }) {
    Object.assign(this, { multi, max, minQuery: minQuery ?? 0, load, onchange, clearable });
    this.chosen = chosen;
    this.shown = [];
    this.active = -1;
    this.list = el("div", { class: "menu", role: "listbox", id: freshId("list"), popover: "manual" });
    this.input = el("input", {
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      placeholder: placeholder ?? "",
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      "aria-controls": this.list.id,
      ...attributes,
    });
    this.placeholder = placeholder ?? "";
    this.chips = el("span", { class: "chips" });
    this.node = el("div", { class: "combo" }, this.chips, this.input, icon("chevron"), this.list);
    if (multi) this.list.setAttribute("aria-multiselectable", "true");
    this.listen();
    this.rest();
  }

  listen() {
    this.node.addEventListener("mousedown", (event) => {
      if (event.target.closest(".menu, .chip")) event.preventDefault();
      else if (event.target !== this.input) {
        event.preventDefault();
        this.input.focus();
      }
    });
    this.node.addEventListener("click", (event) => {
      if (event.target.closest(".menu, .chip") || this.isOpen) return;
      this.open();
      // The next letter replaces the chosen name, as in any select.
      if (!this.multi) this.input.select();
    });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.leave());
    this.follow = () => this.place();
  }

  get isOpen() {
    return this.input.getAttribute("aria-expanded") === "true";
  }

  open() {
    if (this.isOpen) return;
    this.before = this.values();
    this.edited = false;
    this.input.setAttribute("aria-expanded", "true");
    this.list.showPopover();
    this.place();
    document.addEventListener("scroll", this.follow, true);
    window.addEventListener("resize", this.follow);
    this.refresh("");
  }

  close() {
    if (!this.isOpen) return;
    window.clearTimeout(this.timer);
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (this.list.isConnected) this.list.hidePopover();
    document.removeEventListener("scroll", this.follow, true);
    window.removeEventListener("resize", this.follow);
    this.rest();
    if (this.multi && this.values() !== this.before) this.onchange(this.chosen);
  }

  leave() {
    const emptied = this.isOpen && this.edited && !this.multi && !this.input.value && this.chosen.length;
    if (emptied && this.clearable) {
      this.chosen = [];
      this.onchange([]);
    }
    this.close();
  }

  values() {
    return JSON.stringify(this.chosen.map((choice) => choice.value));
  }

  drawChips() {
    this.input.placeholder = this.chosen.length ? "" : this.placeholder;
    fill(this.chips, this.chosen.map((choice) => this.chip(choice)));
  }

  /** Draws what is chosen while the list is closed. */
  rest() {
    if (!this.multi) {
      this.input.value = this.chosen[0]?.label ?? "";
      return;
    }
    this.input.value = "";
    this.drawChips();
  }

  chip(choice) {
    const remove = el("button", { type: "button", tabindex: "-1", "aria-label": `Remove ${choice.label}` }, icon("close"));
    remove.addEventListener("click", () => this.drop(choice));
    return el("span", { class: "chip" }, choice.label, remove);
  }

  drop(choice) {
    this.chosen = this.chosen.filter((one) => one.value !== choice.value);
    this.drawChips();
    if (this.isOpen) this.draw();
    else {
      this.rest();
      this.onchange(this.chosen);
    }
  }

  place() {
    const box = this.node.getBoundingClientRect();
    const below = window.innerHeight - box.bottom - 12;
    const above = box.top - 12;
    const up = below < 180 && above > below;
    this.list.style.width = `${box.width}px`;
    this.list.style.left = `${box.left}px`;
    this.list.style.maxHeight = `${Math.min(280, up ? above : below)}px`;
    this.list.style.top = up ? "auto" : `${box.bottom + 4}px`;
    this.list.style.bottom = up ? `${window.innerHeight - box.top + 4}px` : "auto";
  }

  typed() {
    this.edited = true;
    if (!this.isOpen) this.open();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.refresh(this.input.value), this.minQuery ? TYPING_PAUSE_MS : 0);
  }

  async refresh(query) {
    this.query = query;
    const missing = this.minQuery - [...query.trim()].length;
    if (missing > 0) {
      this.say(`Type ${missing === 1 ? "one more letter" : `${missing} more letters`} to search`);
      return;
    }
    this.list.setAttribute("aria-busy", "true");
    try {
      const groups = await this.load(query);
      if (this.query === query && this.isOpen) this.show(groups);
    } catch (error) {
      if (this.query === query && this.isOpen) this.say(error.message);
    } finally {
      this.list.removeAttribute("aria-busy");
    }
  }

  say(text) {
    this.groups = [];
    this.shown = [];
    this.active = -1;
    fill(this.list, el("div", { class: "menu-note", role: "status" }, text));
  }

  show(groups) {
    this.groups = groups.filter((group) => group.choices.length);
    if (!this.groups.length) {
      this.say("Nothing found");
      return;
    }
    const all = this.groups.flatMap((group) => group.choices);
    this.active = Math.max(0, all.findIndex((choice) => this.has(choice)));
    if (this.query) this.active = 0;
    this.draw();
  }

  has(choice) {
    return this.chosen.some((one) => one.value === choice.value);
  }

  draw() {
    this.shown = [];
    fill(
      this.list,
      this.groups.map((group) => [
        group.label ? el("div", { class: "menu-group" }, group.label) : null,
        group.choices.map((choice) => this.option(choice)),
      ]),
    );
    this.mark(this.active);
  }

  option(choice) {
    const node = el(
      "div",
      { class: "menu-item", role: "option", id: freshId("option"), dataset: { value: choice.value }, "aria-selected": String(this.has(choice)) },
      choice.lead?.(),
      el("span", { class: "menu-words" }, el("span", {}, choice.label), choice.description ? el("small", {}, choice.description) : null),
      this.has(choice) ? icon("check") : null,
    );
    node.addEventListener("click", () => this.choose(choice));
    this.shown.push({ choice, node });
    return node;
  }

  mark(index) {
    this.active = index;
    this.shown.forEach(({ node }, at) => node.classList.toggle("active", at === index));
    const node = this.shown[index]?.node;
    if (!node) return;
    this.input.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
  }

  choose(choice) {
    if (this.multi) {
      if (this.has(choice)) this.drop(choice);
      else if (!this.max || this.chosen.length < this.max) this.chosen = [...this.chosen, choice];
      this.input.value = "";
      this.drawChips();
      this.draw();
      this.place();
      return;
    }
    const changed = !this.has(choice);
    this.chosen = [choice];
    this.close();
    if (changed) this.onchange(this.chosen);
  }

  key(event) {
    if (event.key === "Escape" && this.isOpen) {
      // Only the list closes, not the dialog around it.
      event.preventDefault();
      event.stopPropagation();
      this.close();
    } else if (["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      this.step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.isOpen && this.shown[this.active]) this.choose(this.shown[this.active].choice);
      else this.open();
    } else if (event.key === "Backspace" && this.multi && !this.input.value && this.chosen.length) {
      this.drop(this.chosen.at(-1));
    } else if (event.key === "Tab") {
      this.leave();
    }
  }

  step(by) {
    if (!this.isOpen) this.open();
    else if (this.shown.length) this.mark((this.active + by + this.shown.length) % this.shown.length);
  }
}

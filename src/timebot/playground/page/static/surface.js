// A surface holds blocks: a message, a modal or the App's Home. It keeps what people typed there.

import { inWords, post } from "./api.js";
import { publish, store } from "./store.js";
import { confirmed, notify } from "./notices.js";

const memory = new Map(); // surface key -> {block_id: {action_id: {value, shape}}}

/** Forgets what was typed on surfaces whose key the test refuses. */
export function forgetSurfaces(keep) {
  for (const key of memory.keys()) if (!keep(key)) memory.delete(key);
}

function remembered(typed) {
  const wrap = (actions) => Object.fromEntries(Object.entries(actions).map(([id, value]) => [id, { value }]));
  return Object.fromEntries(Object.entries(typed).map(([blockId, actions]) => [blockId, wrap(actions)]));
}

export class Surface {
  /**
   * @param {object} container where clicks come from, as the server names it
   * @param {string} key the same for every drawing of one message or view
   * @param {boolean} sticky true where a redrawn element keeps what was typed even if it changed
   * @param {object} typed what the server knows to have been typed, after the page was loaded anew
   */
  constructor(container, key, { sticky = false, typed = {} } = {}) {
    this.container = container;
    this.key = key;
    this.sticky = sticky;
    this.before = memory.get(key) ?? remembered(typed);
    this.entries = {};
    memory.set(key, this.entries);
  }

  /** Takes an element in and gives the value it starts with: what was typed before, or its own. */
  enter(blockId, element, initial) {
    const shape = JSON.stringify(element);
    const old = this.before[blockId]?.[element.action_id];
    const keep = old && old.value.type === element.type && (this.sticky || old.shape === shape);
    const value = keep ? old.value : { type: element.type, ...initial };
    this.entries[blockId] ??= {};
    this.entries[blockId][element.action_id] = { value, shape };
    return value;
  }

  /** Remembers what the person chose or typed. */
  put(blockId, element, value) {
    this.entries[blockId][element.action_id].value = { type: element.type, ...value };
  }

  /** All values in the shape of Slack's `state.values`. */
  values() {
    const result = {};
    for (const [blockId, actions] of Object.entries(this.entries)) {
      result[blockId] = {};
      for (const [actionId, entry] of Object.entries(actions)) result[blockId][actionId] = entry.value;
    }
    return result;
  }

  /** Tells the app about a click or choice; asks first where the element says so. Resolves to true when sent. */
  async act(blockId, element, action, node) {
    if (element.confirm && !(await confirmed(element.confirm))) return false;
    node?.classList.add("busy");
    node?.setAttribute("aria-busy", "true");
    const answer = await post("click", {
      user: store.user,
      container: this.container,
      block_id: blockId,
      action_id: element.action_id,
      action: { type: element.type, ...action },
      state: this.values(),
    });
    node?.classList.remove("busy");
    node?.removeAttribute("aria-busy");
    if (!answer.ok) notify(inWords(answer.error), "bad");
    publish("stale");
    return true;
  }

  /** The app's suggestions for what was typed into an external select. */
  async options(blockId, element, value) {
    const answer = await post("options", {
      user: store.user,
      container: this.container,
      block_id: blockId,
      action_id: element.action_id,
      value,
    });
    if (answer.error) throw new Error(inWords(answer.error));
    return answer.option_groups ?? answer.options ?? [];
  }
}

// Says instants in the present person's zone.

import { store, zone } from "./store.js";

const LOCALE = "en-GB";
const DAY_MS = 86_400_000;

let skew = 0; // business time minus the browser's time, in milliseconds

/** Reads ISO text, epoch seconds or a message's `ts`. */
export function toDate(value) {
  if (value instanceof Date) return value;
  if (typeof value === "number") return new Date(value * 1000);
  const text = String(value ?? "");
  if (/^\d+(\.\d+)?$/.test(text)) return new Date(Number(text) * 1000);
  // Resend writes a space for the T and leaves the minutes of the offset out.
  return new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
}

/** Takes the business clock's present instant, from which it ticks on. */
export function setNow(value) {
  const instant = toDate(value);
  if (!Number.isNaN(instant.getTime())) skew = instant.getTime() - Date.now();
}

/** The business clock's instant. */
export function now() {
  return new Date(Date.now() + skew);
}

function format(date, options, timeZone = zone()) {
  if (Number.isNaN(date.getTime())) return "";
  try {
    return new Intl.DateTimeFormat(LOCALE, { timeZone, ...options }).format(date);
  } catch {
    return new Intl.DateTimeFormat(LOCALE, { timeZone: "UTC", ...options }).format(date);
  }
}

/** "14:05" */
export function time(value, timeZone) {
  return format(toDate(value), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, timeZone);
}

/** "14:05:09" */
export function exactTime(value) {
  const parts = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  return format(toDate(value), parts);
}

/** "Monday, 2 March 2026", or Today and Yesterday. */
export function day(value) {
  const key = dayKey(value);
  if (key === dayKey(now())) return "Today";
  if (key === dayKey(new Date(now().getTime() - DAY_MS))) return "Yesterday";
  return longDay(value);
}

/** "Monday 2 March 2026" */
export function longDay(value) {
  return format(toDate(value), { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

/** "Mon 2 Mar 2026" */
export function shortDay(value) {
  const parts = { weekday: "short", day: "numeric", month: "short", year: "numeric" };
  return format(toDate(value), parts).replace(",", "");
}

/** The same text for two instants of one day in the person's zone. */
export function dayKey(value) {
  return format(toDate(value), { day: "2-digit", month: "2-digit", year: "numeric" });
}

/** "Europe/Berlin" becomes "Berlin". */
export function city(timeZone) {
  return String(timeZone || "UTC").split("/").pop().replaceAll("_", " ");
}

function ago(date) {
  const minutes = Math.round((now().getTime() - date.getTime()) / 60_000);
  const form = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return form.format(-minutes, "minute");
  if (Math.abs(minutes) < 1440) return form.format(-Math.round(minutes / 60), "hour");
  return form.format(-Math.round(minutes / 1440), "day");
}

const TOKENS = {
  date_num: (date) => format(date, { year: "numeric", month: "2-digit", day: "2-digit" }).split("/").reverse().join("-"),
  date: (date) => format(date, { day: "numeric", month: "long", year: "numeric" }),
  date_short: (date) => format(date, { day: "numeric", month: "short", year: "numeric" }),
  date_long: longDay,
  time,
  time_secs: exactTime,
  ago,
};

/** Fills the tokens of a `<!date^…>` mark; an unreadable instant gives the fallback. */
export function slackDate(seconds, pattern, fallback) {
  const date = new Date(Number(seconds) * 1000);
  if (!seconds || Number.isNaN(date.getTime())) return fallback;
  return pattern.replace(/\{(\w+?)(_pretty)?\}/g, (whole, name, pretty) => {
    const say = TOKENS[name];
    if (!say) return whole;
    return pretty && Math.abs(now() - date) < 2 * DAY_MS ? day(date).toLowerCase() : say(date);
  });
}

/** True once the server has told us its clock. */
export function clockKnown() {
  return Boolean(store.state?.clock?.now);
}

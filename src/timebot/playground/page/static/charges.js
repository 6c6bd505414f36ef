// The card charges, and which client has which card.

import { shortDay, time } from "./dates.js";
import { el, fill, icon } from "./dom.js";
import { store, subscribe } from "./store.js";

const DECLINES = {
  insufficient_funds: "not enough money on the card",
  generic_decline: "the bank gave no reason",
  card_declined: "the bank refused the card",
  expired_card: "the card has expired",
  incorrect_cvc: "the security code is wrong",
  lost_card: "the card was reported lost",
  stolen_card: "the card was reported stolen",
  processing_error: "the card could not be processed",
  authentication_required: "the client must confirm the payment",
  do_not_honor: "the bank refused the card",
};

const STATES = {
  succeeded: ["Paid", "good"],
  paid: ["Paid", "good"],
  failed: ["Declined", "bad"],
  declined: ["Declined", "bad"],
  requires_action: ["Waiting for the client", "wait"],
  processing: ["On its way", "wait"],
  pending: ["On its way", "wait"],
  refunded: ["Refunded", "wait"],
};

// "visa 4242"
function split(text) {
  const found = /^(\D+?) (\d{4})$/.exec(text);
  return found ? { brand: found[1], last4: found[2] } : { brand: text };
}

function cardWords(card) {
  if (!card) return "no card";
  if (typeof card === "string") return cardWords(split(card));
  const brand = card.brand ? card.brand[0].toUpperCase() + card.brand.slice(1) : "Card";
  return card.last4 ? `${brand} ending in ${card.last4}` : brand;
}

function amountWords(charge) {
  return charge.amount_text ?? `${charge.amount} ${String(charge.currency ?? "").toUpperCase()}`;
}

function entry(charge) {
  const declined = Boolean(charge.decline_code);
  const [label, look] = STATES[charge.status] ?? (declined ? STATES.declined : [String(charge.status), "wait"]);
  const reason = declined ? (DECLINES[charge.decline_code] ?? charge.decline_code.replaceAll("_", " ")) : null;
  return el(
    "article",
    { class: `charge ${look}`, dataset: { charge: charge.id, status: charge.status } },
    el("div", { class: "charge-top" }, el("strong", { class: "amount" }, amountWords(charge)), el("span", { class: `pill ${look}` }, label)),
    el("div", { class: "charge-who" }, charge.customer_name ?? "Unknown client"),
    el("small", {}, [charge.invoice_number ?? charge.description, cardWords(charge.card)].filter(Boolean).join(" · ")),
    el("small", {}, `${shortDay(charge.at)}, ${time(charge.at)}`),
    reason ? el("p", { class: "reason" }, icon("alert"), `Declined: ${reason}.`) : null,
  );
}

function customer(one) {
  return el("li", {}, el("span", {}, one.name ?? one.id), el("small", { class: one.card ? null : "bad-words" }, cardWords(one.card)));
}

/** The tab's contents. */
export function chargesView() {
  const holder = el("div", {});
  const draw = () => {
    const newest = [...(store.charges ?? [])].sort((a, b) => String(b.at).localeCompare(String(a.at)));
    fill(
      holder,
      newest.length ? newest.map(entry) : el("p", { class: "nothing" }, icon("card"), "No card has been charged yet."),
      store.customers.length ? el("section", { class: "customers" }, el("h3", {}, "Cards on file"), el("ul", {}, store.customers.map(customer))) : null,
    );
  };
  let sign = "";
  subscribe("charges", () => {
    const next = JSON.stringify([store.charges, store.customers]);
    if (next !== sign) draw();
    sign = next;
  });
  draw();
  return holder;
}

// Shows attached files: a PDF in the page, anything else in a new tab.

import { el, fill, icon, safeUrl } from "./dom.js";
import { notify } from "./notices.js";

const UNITS = ["bytes", "KB", "MB"];

/** "18 KB" */
export function sizeInWords(bytes) {
  let size = Number(bytes ?? 0);
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit && size < 10 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

async function openPdf(url, name) {
  const dialog = document.querySelector("#viewer");
  let address;
  let kept = false; // a tab that shows the copy may want to load it again
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(response.status);
    // A copy in memory is drawn in the page whatever the server says about downloading.
    address = URL.createObjectURL(new Blob([await response.arrayBuffer()], { type: "application/pdf" }));
  } catch {
    notify(`${name} could not be read.`, "bad");
    return;
  }
  fill(
    dialog,
    el(
      "header",
      { class: "modal-head" },
      el("h1", { id: "viewer-title" }, name),
      el("a", { class: "button", href: url, download: name }, "Download"),
      el("a", { class: "button", href: address, target: "_blank", onclick: () => (kept = true) }, "Open in a new tab"),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close")),
    ),
    el("iframe", { src: `${address}#navpanes=0&view=FitH`, title: name }),
  );
  dialog.addEventListener(
    "close",
    () => {
      dialog.replaceChildren();
      if (!kept) URL.revokeObjectURL(address);
    },
    { once: true },
  );
  dialog.showModal();
}

// The server may name itself 127.0.0.1 where the page was opened at localhost, or the other way round.
function here(address) {
  const url = new URL(address, window.location.href);
  return url.port === window.location.port ? url.pathname + url.search : (safeUrl(address) ?? "#");
}

/** One attached file as a card. */
export function fileCard({ name, url: address, size, type }) {
  const url = here(address);
  const isPdf = type === "application/pdf" || /\.pdf$/i.test(name);
  const words = el("span", { class: "file-words" }, el("strong", {}, name), el("small", {}, `${isPdf ? "PDF · " : ""}${sizeInWords(size)}`));
  const card = el("a", { class: "file-card", href: url, target: "_blank", rel: "noopener", dataset: { file: name } }, icon("file"), words);
  card.addEventListener("click", (event) => {
    if (!isPdf || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openPdf(url, name);
  });
  return card;
}

/** The files of a message, or nothing. */
export function fileCards(files) {
  if (!files?.length) return null;
  return el("div", { class: "files" }, files.map(fileCard));
}

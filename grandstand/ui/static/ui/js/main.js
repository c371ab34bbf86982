// Everything here makes a page that already works a little better.
import "./countdown.js";
import "./stepper.js";

const live = document.getElementById("live");
const toasts = document.getElementById("toasts");

document.addEventListener("ui:say", (event) => {
  live.textContent = event.detail;
});

function toast(text) {
  const template = document.getElementById("toast");
  const shown = template.content.cloneNode(true).firstElementChild;
  shown.querySelector("[data-text]").textContent = text;
  toasts.replaceChildren(shown);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
  }
  if (event.target.closest("[data-dismiss]")) event.target.closest(".toast").remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// Who clicks twice means once. Without this the second click could come after the answer to the first, and ask for the same again.
document.addEventListener("click", (event) => {
  if (event.detail > 1 && event.target.closest("button[type=submit]")) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// Being offline is a state like any other: what happened, what it means, what to do.
const offline = document.getElementById("offline");
const tellOffline = () => (offline.hidden = navigator.onLine);
addEventListener("online", tellOffline);
addEventListener("offline", tellOffline);
tellOffline();

document.addEventListener("htmx:error", () => toast(toasts.dataset.failed));
document.addEventListener("ui:toast", (event) => toast(event.detail.text ?? event.detail.value ?? event.detail));

// A summary of errors takes the focus, so that a screen reader says first what has to be put right.
document.querySelector("[data-summary-of-errors]")?.focus();
document.addEventListener("htmx:after:swap", () => document.querySelector("[data-summary-of-errors]")?.focus());

// What came without a new page is said, since nobody who cannot see it would know.
document.addEventListener("htmx:after:swap", ({ detail }) => {
  const news = detail.ctx.target?.querySelector("[data-say]");
  if (news) live.textContent = (news.closest(".notice") ?? news).innerText;
});

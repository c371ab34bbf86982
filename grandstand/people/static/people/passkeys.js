// What allauth's script would only write to the console is told on the page: a passkey that did not come (no device, no finger, or stopped), or
// could not, because browsers keep none for an address of numbers.
const noName = /^\[|^[\d.]+$/.test(location.hostname);
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const notice of document.querySelectorAll(noName ? "[data-passkey-address]" : "[data-passkey-failed]")) notice.hidden = false;
});

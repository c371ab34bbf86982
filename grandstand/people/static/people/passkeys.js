// A passkey that did not come (no device, no finger, or stopped) is told on the page, where allauth's script would only write to the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const notice of document.querySelectorAll("[data-passkey-failed]")) notice.hidden = false;
});

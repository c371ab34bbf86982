// What is free, asked for again every few seconds while somebody looks at the page.

const EVERY_MS = 4_000;
const LONGEST_MS = 60_000;

export function follow(url, { told, failed }) {
  let pause = EVERY_MS;
  let timer;
  let asking = false;

  async function ask() {
    clearTimeout(timer);
    if (document.hidden || asking) return;
    asking = true;
    try {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(answer.statusText);
      const { free, plan } = await answer.json();
      pause = EVERY_MS;
      told(bytes(free), plan);
    } catch {
      pause = Math.min(LONGEST_MS, pause * 2);
      failed();
    }
    asking = false;
    // Not everybody at the same instant.
    timer = setTimeout(ask, pause * (0.8 + 0.4 * Math.random()));
  }

  document.addEventListener("visibilitychange", ask);
  return ask();
}

function bytes(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

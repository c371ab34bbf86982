// Counts down to an instant by the server's clock. Without this module the page says until when.

const NAVIGATION = performance.getEntriesByType("navigation")[0]?.responseStart ?? 0;
const SPOKEN_S = [600, 300, 120, 60, 30, 10];

// A sleeping machine stops one of the two clocks on some systems; the one that ran further is the honest one.
function elapsedMs(since) {
  const ticks = performance.now() - since.ticks;
  const wall = Date.now() - since.wall;
  return Math.max(ticks, wall);
}

function inWords(seconds, language) {
  const [value, unit] = seconds >= 60 ? [Math.round(seconds / 60), "minute"] : [seconds, "second"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(value);
}

function clock(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

class Countdown extends HTMLElement {
  connectedCallback() {
    const first = performance.now() - NAVIGATION < 60_000 && document.readyState !== "complete";
    // What the server called "now" was true when its answer began, not when this script ran.
    const late = first ? Math.max(0, performance.now() - NAVIGATION) : 0;
    this.leftMs = Date.parse(this.dataset.end) - Date.parse(this.dataset.now) - late;
    this.since = { ticks: performance.now(), wall: Date.now() };
    this.spoken = this.seconds();
    this.shown = this.querySelector("[data-left]");
    this.tick();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  seconds() {
    return Math.max(0, Math.ceil((this.leftMs - elapsedMs(this.since)) / 1000));
  }

  tick() {
    const seconds = this.seconds();
    this.shown.textContent = clock(seconds);
    this.toggleAttribute("data-short", seconds <= 60);
    const mark = SPOKEN_S.find((value) => seconds <= value && this.spoken > value);
    if (mark) this.say(`${this.dataset.label} ${inWords(seconds, document.documentElement.lang)}`);
    this.spoken = seconds;
    if (seconds === 0) return this.end();
    const next = (this.leftMs - elapsedMs(this.since)) % 1000 || 1000;
    this.timer = setTimeout(() => this.tick(), next + 5);
  }

  end() {
    this.shown.textContent = this.dataset.over;
    this.say(this.dataset.over);
    this.dispatchEvent(new CustomEvent("countdown:end", { bubbles: true }));
  }

  say(text) {
    document.dispatchEvent(new CustomEvent("ui:say", { detail: text }));
  }
}

customElements.define("ui-countdown", Countdown);

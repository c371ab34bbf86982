// Polls the one small object that everybody shares and reckons from it where this place stands. Without this module the page loads itself anew.

const page = document.querySelector("[data-waiting]");
const words = JSON.parse(document.getElementById("waiting-words").textContent);
const language = document.documentElement.lang;
const number = new Intl.NumberFormat(language);
const EARLY_DIGITS = 65;
const EVERY_MS = 3_000;
const LONGEST_MS = 30_000;

const say = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
// Enough of a 256-bit number to say which share of all draws lies below it.
const share = (digits) => parseInt(digits.slice(0, 13), 16) / 2 ** 48;

async function drawOf(seed, place) {
  const key = await crypto.subtle.importKey("raw", bytes(seed), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return hex(await crypto.subtle.sign("HMAC", key, bytes(place))).padStart(EARLY_DIGITS, "0");
}

// As gate/rules.py: of n who drew, n p lie between the door and this draw, give or take 1.96 standard deviations.
async function standing(room) {
  const { place, number: late } = page.dataset;
  const waitingEarly = Math.round(room.early * (1 - Math.min(1, share(room.early_below))));
  if (late !== undefined) {
    const exact = Math.max(0, Number(late) - room.late_below) + waitingEarly;
    return { admitted: Number(late) < room.late_below, least: exact, most: exact };
  }
  const drawn = await drawOf(room.seed, place);
  const part = Math.max(0, share(drawn) - share(room.early_below));
  const likely = room.early * part;
  const spread = 1.96 * Math.sqrt(likely * (1 - part));
  return { admitted: drawn < room.early_below, least: Math.max(0, Math.ceil(likely - spread)), most: Math.min(room.early, Math.round(likely + spread)) };
}

function between(least, most) {
  return least === most ? number.format(most) : say(words.between, { least: number.format(least), most: number.format(most) });
}

function wait(room, { least, most }) {
  const { admitted, within_s: within } = room.pace;
  if (room.paused || !admitted) return words.unknown;
  const [from, to] = [least, most].map((ahead) => Math.ceil((ahead * within) / admitted / 60));
  if (to <= 1) return words.soon;
  return from === to ? say(words.about, { n: number.format(to) }) : say(words.minutes, { least: number.format(from), most: number.format(to) });
}

// A page that has sent its form is not loaded anew: the answer that brings the place would be lost.
let leaving = false;
function again() {
  if (!leaving) location.reload();
}
// A navigation that was stopped is told to nobody: after a while the page goes on as before.
const GONE_AFTER_MS = 20_000;
function sent() {
  leaving = true;
  setTimeout(() => {
    leaving = false;
    write("[data-solving]", "");
    for (const button of page.querySelectorAll("form button")) button.disabled = false;
  }, GONE_AFTER_MS);
}

let spoken = "";
function write(selector, text) {
  const found = page.querySelector(selector);
  if (found && found.textContent !== text) found.textContent = text;
}

async function show(room) {
  if (room.stage !== page.dataset.stage) return again();
  const message = room.message[language.toLowerCase().startsWith("zh") ? "zh-hans" : language.slice(0, 2)] || room.message.en || "";
  const shown = page.querySelector("[data-message] .notice__body p")?.textContent ?? "";
  if (message !== shown) return again();
  const left = room.left.reduce((sum, item) => sum + item.left, 0);
  write("[data-left]", room.left.length ? (left ? say(words.left, { n: number.format(left) }) : words.none) : "");
  if (room.stage !== "admitting" || !page.dataset.place || "inside" in page.dataset || !page.querySelector("[data-figures]")) return;
  const mine = await standing(room);
  if (mine.admitted) {
    document.dispatchEvent(new CustomEvent("ui:say", { detail: words.yourTurn }));
    return again();
  }
  const ahead = between(mine.least, mine.most);
  write("[data-ahead]", ahead);
  write("[data-wait]", wait(room, mine));
  // Spoken seldom: every time the front has come nearer by a tenth.
  const step = Math.floor(Math.log(mine.most + 1) * 10);
  if (String(step) !== spoken) write("[data-said]", say(words.people, { n: ahead }));
  spoken = String(step);
}

let pause = EVERY_MS;
async function poll() {
  try {
    const answer = await fetch(page.dataset.waiting);
    if (!answer.ok) throw new Error(answer.statusText);
    pause = EVERY_MS;
    await show(await answer.json());
  } catch {
    pause = Math.min(LONGEST_MS, pause * 2);
  }
  // Not everybody at the same instant.
  setTimeout(poll, pause * (0.8 + 0.4 * Math.random()));
}

// ALTCHA's proof of work, version 2 with PBKDF2: the first counter whose derived key begins as asked.
async function solve({ parameters, signature }) {
  const [nonce, salt] = [bytes(parameters.nonce), bytes(parameters.salt)];
  const password = new Uint8Array(nonce.length + 4);
  password.set(nonce);
  const began = performance.now();
  for (let counter = 0; ; counter += 1) {
    new DataView(password.buffer).setUint32(nonce.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: parameters.cost };
    const derivedKey = hex(await crypto.subtle.deriveBits(how, key, 8 * parameters.keyLength));
    if (derivedKey.startsWith(parameters.keyPrefix)) {
      return btoa(JSON.stringify({ challenge: { parameters, signature }, solution: { counter, derivedKey, time: performance.now() - began } }));
    }
  }
}

async function joinWithProof(event) {
  event.preventDefault();
  const form = event.target;
  form.querySelector("button").disabled = true;
  write("[data-solving]", words.solving);
  leaving = true;
  try {
    const answer = await fetch(`${page.dataset.waiting}/puzzle`);
    if (!answer.ok) throw new Error(answer.statusText);
    form.elements.proof.value = await solve(await answer.json());
    form.submit();
    sent();
  } catch {
    leaving = false;
    write("[data-solving]", words.failed);
    form.querySelector("button").disabled = false;
  }
}

// Until now the button could only have sent a form without a proof.
const puzzled = page.querySelector("[data-join][data-puzzle]");
if (puzzled) {
  puzzled.addEventListener("submit", joinWithProof);
  puzzled.querySelector("button").disabled = false;
  write("[data-solving]", "");
}
// Why a form was refused is said once.
if (location.search) history.replaceState(null, "", location.pathname);

document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) sent();
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
document.addEventListener("countdown:end", again);
if (page.dataset.stage !== "ended") setTimeout(poll, 500);

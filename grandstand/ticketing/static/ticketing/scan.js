// The gate, better: camera, sound, and going on without a network. Without this file the page is a form that works.
import { decide } from "./codes.js";

const root = document.querySelector("[data-scanner]");
const words = JSON.parse(document.getElementById("scan-words").textContent);
const { session, gateId, gateNumber, gateName, zone, bundleUrl, syncUrl } = root.dataset;
const kept = (name) => `gate:${session}:${name}`;
const load = (name, otherwise) => JSON.parse(localStorage.getItem(kept(name)) ?? "null") ?? otherwise;
const save = (name, value) => localStorage.setItem(kept(name), JSON.stringify(value));

let bundle = load("bundle", null);
const seen = load("seen", {});
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const form = () => document.querySelector("form[data-scan]");

root.dataset.ready = "";

// -- what we take along, and what waits to be told ----------------------------------------------------------------------------------

async function sync() {
  const waiting = load("waiting", []);
  try {
    if (waiting.length) {
      const token = form().elements.csrfmiddlewaretoken.value;
      const sent = await fetch(syncUrl, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(waiting) });
      if (!sent.ok) return tell();
      const synced = await sent.json();
      save("waiting", load("waiting", []).filter((scan) => !waiting.some((told) => told.scan_id === scan.scan_id)));
      if (synced.conflicts.length) document.dispatchEvent(new CustomEvent("ui:toast", { detail: filled(words.conflicts, { n: synced.conflicts.length }) }));
    }
    const fetched = await fetch(bundleUrl);
    if (fetched.ok) {
      bundle = (await fetched.json()).content;
      save("bundle", bundle);
    }
  } catch {
    // No network: go on with what we have, and say as of when.
  }
  tell();
}

function tell() {
  root.querySelector("[data-sync]").textContent = bundle ? filled(words.synced, { time: clock.format(new Date(bundle.synced_at)) }) : words.never;
  const waiting = load("waiting", []).length, line = root.querySelector("[data-waiting]");
  line.hidden = waiting === 0;
  line.textContent = filled(words.waiting, { n: waiting });
}

addEventListener("online", sync);
setInterval(sync, 60_000);
sync();

// -- deciding without a network ---------------------------------------------------------------------------------------------------

async function scanOffline(asked) {
  const code = asked.code.replace(/\s+/g, "").toUpperCase();
  if (!code) return;
  if (!bundle) return show({ yes: false, word: words.offline.word, why: words.offline.why });
  let answer;
  try {
    answer = await decide(bundle, code, { gate: gateNumber ? Number(gateNumber) : null, now: Date.now(), seen });
  } catch {
    return show({ yes: false, word: words.offline.word, why: words.offline.browser });
  }
  const at = new Date().toISOString();
  if (answer.reason === null) {
    seen[answer.ticket] = { at, gate: gateName };
    save("seen", seen);
  }
  save("waiting", [...load("waiting", []), { scan_id: asked.id || crypto.randomUUID(), code, gate_id: gateId || null, at, reason: answer.reason }]);
  const said = words.reasons[answer.reason ?? "admitted"];
  const values = {
    when: answer.use ? clock.format(new Date(answer.use.at)) : clock.format(new Date(answer.reason === "too_late" ? answer.closes : answer.opens ?? 0)),
    gate: answer.use?.gate ?? "",
    gates: (answer.gates ?? []).join(", "),
  };
  show({ yes: answer.reason === null, word: said.word, why: filled(said.why, values), how: said.do, asOf: filled(words.as_of, { time: clock.format(new Date(bundle.synced_at)) }) });
  const fields = form().elements;
  fields.code.value = "";
  fields.scan_id.value = crypto.randomUUID();
  tell();
}

function show({ yes, word, why, how = "", asOf = "" }) {
  const answer = document.getElementById("answer");
  answer.dataset.answer = yes ? "yes" : "no";
  answer.replaceChildren(document.getElementById(yes ? "icon-yes" : "icon-no").content.cloneNode(true));
  const text = document.createElement("div");
  text.className = "gate__text";
  for (const [kind, line] of [["word", word], ["why", why], ["do", how], ["do", asOf]]) {
    if (!line) continue;
    const paragraph = document.createElement("p");
    paragraph.className = `gate__${kind}`;
    paragraph.textContent = line;
    text.append(paragraph);
  }
  answer.append(text);
  sound(yes);
}

let asked = null;
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("form[data-scan]")) return;
    const { code, scan_id: id } = event.target.elements;
    // An id for each scan: a page gone back to, or a camera that reads on while an answer is on its way, still holds that of another.
    if (code.value !== asked?.code) id.value = crypto.randomUUID();
    asked = { code: code.value, id: id.value };
    if (!navigator.onLine) {
      event.preventDefault();
      event.stopImmediatePropagation();
      scanOffline(asked);
    }
  },
  true,
);

// A server that fails is as good as no network; one that wants us to sign in again gets its page.
document.querySelector("main").addEventListener("htmx:before:response", (event) => {
  const { response } = event.detail.ctx;
  if (response.raw.redirected) location.reload();
  else if (response.status < 400 || response.status === 409) return; // 409: the form was sent before for another scan, and comes back fresh
  else if (event.target.matches?.("form[data-scan]") && asked) scanOffline(asked);
  event.preventDefault();
});

document.querySelector("main").addEventListener("htmx:error", (event) => {
  event.stopPropagation(); // the answer below says what happened; a message beside it would be one too many
  if (event.target.matches?.("form[data-scan]") && asked) scanOffline(asked);
});

document.addEventListener("htmx:after:swap", () => {
  if (!asked) return;
  const answer = document.getElementById("answer");
  if (answer?.hasAttribute("data-fresh")) {
    asked = null;
    sound(answer.dataset.answer === "yes");
    form().elements.code.focus();
  }
});

// -- sound, off until somebody wants it -----------------------------------------------------------------------------------------------

const wantsSound = root.querySelector("[data-sound]");
wantsSound.checked = localStorage.getItem("gate:sound") === "yes";
wantsSound.addEventListener("change", () => localStorage.setItem("gate:sound", wantsSound.checked ? "yes" : "no"));
let audio = null;

function sound(yes) {
  if (!wantsSound.checked) return;
  audio ??= new AudioContext();
  for (const [pitch, after] of yes ? [[880, 0]] : [[220, 0], [220, 0.25]]) {
    const tone = audio.createOscillator(), volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.value = 0.2;
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + after);
    tone.stop(audio.currentTime + after + 0.15);
  }
}

// -- the camera, where the browser can read codes ----------------------------------------------------------------------------------------

const button = root.querySelector("[data-camera-button]"), video = root.querySelector("[data-camera]");
const REST = 2500; // milliseconds before the same code is taken again

async function watch() {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const last = { code: "", at: 0 };
  while (video.srcObject) {
    const [found] = await detector.detect(video).catch(() => []);
    if (found && (found.rawValue !== last.code || Date.now() - last.at > REST)) {
      Object.assign(last, { code: found.rawValue, at: Date.now() });
      form().elements.code.value = found.rawValue;
      form().requestSubmit();
    }
    await new Promise((resolve) => setTimeout(resolve, 120));
  }
}

if ("BarcodeDetector" in window && navigator.mediaDevices) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (video.srcObject) {
      for (const track of video.srcObject.getTracks()) track.stop();
      video.srcObject = null;
      video.hidden = true;
      button.textContent = words.camera_on;
      return;
    }
    try {
      video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      document.dispatchEvent(new CustomEvent("ui:toast", { detail: words.no_camera }));
      return;
    }
    video.hidden = false;
    await video.play();
    button.textContent = words.camera_off;
    watch();
  });
}

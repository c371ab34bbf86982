// Reads a ticket's code and decides without a network. The same layout, order and answers as codes.py, rules/entry.py and bundles.py.

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LENGTH = 178;
const BODY = 47;
const MINUTE = 60_000;
const HEADING = new TextEncoder().encode("grandstand ticket 1\n");

/** The bytes of a code; null for any text that is not written exactly the way we write it. */
export function bytesOf(code) {
  if (code.length !== LENGTH) return null;
  const bytes = new Uint8Array(BODY + 64);
  let bits = 0, held = 0, at = 0;
  for (const letter of code) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = held >> bits;
      held &= (1 << bits) - 1;
    }
  }
  return held === 0 && at === bytes.length ? bytes : null;
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const uuid = (bytes) => hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** What a code says once its signature is found true by one of `keys` (base64 by key id); null when it is forged. */
export async function readCode(code, keys) {
  const bytes = bytesOf(code);
  if (!bytes || bytes[0] >> 4 !== 1) return null;
  const body = bytes.slice(0, BODY), signature = bytes.slice(BODY), id = hex(body.slice(1, 5));
  if (!Object.hasOwn(keys, id)) return null;
  const key = await crypto.subtle.importKey("raw", fromBase64(keys[id]), { name: "Ed25519" }, false, ["verify"]);
  const signed = new Uint8Array([...HEADING, ...body]);
  if (!(await crypto.subtle.verify({ name: "Ed25519" }, key, signature, signed))) return null;
  const view = new DataView(body.buffer);
  const mask = view.getUint32(37), first = view.getUint32(41) * MINUTE;
  return {
    ticket: uuid(body.slice(5, 21)),
    session: uuid(body.slice(21, 37)),
    gates: Array.from({ length: 32 }, (_, n) => n + 1).filter((gate) => (mask >>> (gate - 1)) & 1),
    opens: first,
    closes: first + view.getUint16(45) * MINUTE,
    needsActivation: Boolean(body[0] & 1),
  };
}

/** The answer as of the bundle's sync: { reason, ticket, use }. `reason` is null for admitted. `seen` holds who was let in here since. */
export async function decide(bundle, code, { gate, now, seen }) {
  const content = await readCode(code, bundle.keys);
  if (!content) return { reason: "forged", ticket: null };
  const here = content.session === bundle.session_id;
  const opens = here && bundle.opens_at ? Date.parse(bundle.opens_at) : content.opens;
  const closes = here && bundle.closes_at ? Date.parse(bundle.closes_at) : content.closes;
  const use = seen[content.ticket] ?? bundle.used[content.ticket];
  const checks = [
    ["wrong_session", !here],
    ["session_cancelled", bundle.called_off === "session_cancelled"],
    ["void", bundle.void.includes(content.ticket)],
    ["already_used", Boolean(use)],
    ["session_postponed", bundle.called_off === "session_postponed"],
    ["wrong_gate", gate !== null && content.gates.length > 0 && !content.gates.includes(gate)],
    ["not_valid_yet", now < opens],
    ["too_late", now >= closes],
    ["not_activated", content.needsActivation && !bundle.activated.includes(content.ticket)],
  ];
  const found = checks.find(([, holds]) => holds);
  return { reason: found ? found[0] : null, ticket: content.ticket, use, gates: content.gates, opens, closes };
}

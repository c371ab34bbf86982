// The colours of the page, and the marks of seats drawn once in each size: thousands of copies cost less than thousands of drawings.

import { ACCESSIBLE, COMPANION, RESTRICTED } from "./plan.js";

const NAMES = ["ink", "ink-soft", "paper", "raised", "sunk", "line", "edge", "refused", "focus", "focus-halo"];
const LIGHTER_IN_THE_DARK = 0.34;

// The values that the page's colours have now, light or dark.
export function readColours(beside) {
  const probe = document.createElement("span");
  beside.append(probe);
  const colours = {};
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  colours.font = getComputedStyle(probe).fontFamily;
  probe.remove();
  const [red, green, blue] = channels(colours.paper);
  colours.isDark = red + green + blue < 380;
  return colours;
}

function channels(colour) {
  if (colour.startsWith("#")) return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return colour.match(/[\d.]+/g).slice(0, 3).map((part) => (colour.startsWith("rgb") ? Number(part) : Number(part) * 255));
}

export function mixed(colour, other, part) {
  const [from, to] = [channels(colour), channels(other)];
  return `rgb(${from.map((value, n) => Math.round(value + (to[n] - value) * part)).join(" ")})`;
}

export function categoryColours(categories, colours) {
  return categories.map(({ colour }) => (colours.isDark ? mixed(colour || "#888888", "#ffffff", LIGHTER_IN_THE_DARK) : colour || "#666666"));
}

export const FULL = 0;
export const HOLLOW = 1;
export const CROSS = 2;

// Every kind of seat in one picture, a square each: by category, by what it is (free, of another category, taken), by its marks.
export class Stamps {
  constructor(categories, fills, colours, sizePx, ratio) {
    this.side = Math.max(2, Math.ceil((sizePx + 2) * ratio));
    this.half = this.side / 2 / ratio;
    this.shown = this.side / ratio;
    const kinds = categories.length * 3 * 8;
    this.across = Math.ceil(Math.sqrt(kinds));
    this.picture = document.createElement("canvas");
    this.picture.width = this.picture.height = this.across * this.side;
    const context = this.picture.getContext("2d");
    for (let kind = 0; kind < kinds; kind += 1) {
      context.setTransform(ratio, 0, 0, ratio, ((kind % this.across) + 0.5) * this.side, (Math.floor(kind / this.across) + 0.5) * this.side);
      const category = Math.floor(kind / 24);
      stamp(context, { shape: categories[category].shape, fill: fills[category], look: Math.floor(kind / 8) % 3, marks: kind % 8, size: sizePx, colours });
    }
  }

  draw(context, category, look, marks, x, y) {
    const kind = category * 24 + look * 8 + marks;
    const { side, half, shown, across } = this;
    context.drawImage(this.picture, (kind % across) * side, Math.floor(kind / across) * side, side, side, x - half, y - half, shown, shown);
  }
}

export function outline(context, shape, radius) {
  context.beginPath();
  if (shape === "square") context.roundRect(-radius * 0.9, -radius * 0.9, radius * 1.8, radius * 1.8, radius * 0.35);
  else if (shape === "diamond") {
    const far = radius * 1.18;
    context.moveTo(0, -far);
    context.lineTo(far, 0);
    context.lineTo(0, far);
    context.lineTo(-far, 0);
    context.closePath();
  } else context.arc(0, 0, radius, 0, 7);
}

function stamp(context, { shape, fill, look, marks, size, colours }) {
  const radius = size * 0.4;
  const thin = Math.max(0.75, size * 0.08);
  context.lineCap = context.lineJoin = "round";
  if (look === CROSS) {
    const arm = radius * 0.5;
    context.strokeStyle = colours.edge;
    context.globalAlpha = 0.75;
    context.lineWidth = Math.max(0.75, size * 0.07);
    context.beginPath();
    for (const [x, y] of [[arm, arm], [-arm, arm]]) {
      context.moveTo(-x, -y);
      context.lineTo(x, y);
    }
    context.stroke();
    context.globalAlpha = 1;
    return;
  }
  outline(context, shape, radius);
  const isOpen = look === HOLLOW;
  context.strokeStyle = isOpen ? colours.edge : fill;
  context.lineWidth = thin;
  if (marks & RESTRICTED) {
    // Half of the view, half of the seat.
    context.save();
    context.clip();
    context.fillStyle = isOpen ? colours.line : fill;
    context.fillRect(-size, 0, 2 * size, size);
    context.restore();
    outline(context, shape, radius - thin / 2);
    context.stroke();
  } else if (isOpen) {
    outline(context, shape, radius - thin / 2);
    context.stroke();
  } else {
    context.fillStyle = fill;
    context.fill();
  }
  if (!(marks & (ACCESSIBLE | COMPANION))) return;
  context.strokeStyle = context.fillStyle = isOpen ? colours.edge : colours.raised;
  context.lineWidth = Math.max(1, size * 0.09);
  if (marks & ACCESSIBLE) wheelchair(context, radius * 0.62, size);
  else plus(context, radius * 0.5);
}

function wheelchair(context, unit, size) {
  if (size < 11) {
    context.beginPath();
    context.arc(0, 0, unit * 0.7, 0, 7);
    context.stroke();
    return;
  }
  context.beginPath();
  context.arc(-unit * 0.1, -unit * 0.95, unit * 0.22, 0, 7);
  context.fill();
  context.beginPath();
  context.moveTo(-unit * 0.1, -unit * 0.5);
  context.lineTo(-unit * 0.1, unit * 0.2);
  context.lineTo(unit * 0.5, unit * 0.2);
  context.lineTo(unit * 0.8, unit * 0.8);
  context.moveTo(unit * 0.3, unit * 0.75);
  context.arc(-unit * 0.2, unit * 0.4, unit * 0.6, 0.6, 3.9);
  context.stroke();
}

function plus(context, arm) {
  context.beginPath();
  context.moveTo(-arm, 0);
  context.lineTo(arm, 0);
  context.moveTo(0, -arm);
  context.lineTo(0, arm);
  context.stroke();
}

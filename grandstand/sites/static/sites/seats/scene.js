// What of a plan is the same until somebody buys, drawn as a view sees it: from afar sections in their categories' colours and how many
// seats are free, from near the seats themselves.

import { TAKEN, UNSOLD } from "./house.js";
import { CROSS, FULL, HOLLOW, mixed } from "./look.js";

// From so many pixels on a seat is drawn, its number is written, its row is named.
const SEATS_PX = 5.5;
const NUMBERS_PX = 21;
const NAMES_PX = 15;
// A section that is so many pixels wide has room for its name, and for a number below it.
const NAME_ROOM_PX = 20;
const COUNT_ROOM_PX = 24;
const SHADES = 3;

export const showsSeats = (view) => view.seatPx >= SEATS_PX;

export function trace(context, view, points) {
  for (let n = 0; n < points.length; n += 2) {
    if (n) context.lineTo(view.screenX(points[n]), view.screenY(points[n + 1]));
    else context.moveTo(view.screenX(points[0]), view.screenY(points[1]));
  }
  context.closePath();
}

export class Scene {
  constructor(context, view, { plan, house, colours, fills, stamps }) {
    Object.assign(this, { context, view, plan, house, colours, fills, stamps });
    this.drawn = { sections: 0, seats: 0 };
  }

  draw() {
    for (const shape of this.plan.shapes) this.drawShape(shape);
    const seen = this.plan.withSeats.filter((section) => this.sees(section.box));
    this.drawn.sections = seen.length;
    this.drawGrounds(seen);
    if (showsSeats(this.view)) this.drawSeats(seen);
    else {
      this.drawBands(seen);
      this.drawNames(seen);
    }
    return this.drawn;
  }

  sees({ left, top, right, bottom }) {
    const { view } = this;
    return view.screenX(right) > 0 && view.screenX(left) < view.width && view.screenY(bottom) > 0 && view.screenY(top) < view.height;
  }

  // -- around the seats ------------------------------------------------------------------------------------------------------------------

  drawShape([kind, fill, border, rotation, text, x, y, ...more]) {
    const { context, view, colours } = this;
    const quiet = (colour) => (colours.isDark ? mixed(colour, colours.paper, 0.72) : colour);
    context.save();
    context.beginPath();
    if (kind === "polygon") trace(context, view, more.map((value, n) => value + (n % 2 ? y : x)));
    else {
      context.translate(view.screenX(x), view.screenY(y));
      context.rotate((rotation * Math.PI) / 180);
      const [width, height] = [(more[0] ?? 0) * view.scale, (more[1] ?? 0) * view.scale];
      if (kind === "rectangle") context.rect(0, 0, width, height);
      else if (kind === "circle") context.arc(0, 0, width / 2, 0, 7);
      else if (kind === "ellipse") context.ellipse(0, 0, width, height, 0, 0, 7);
    }
    if (fill) {
      context.fillStyle = quiet(fill);
      context.fill();
    }
    if (border) {
      context.strokeStyle = quiet(border);
      context.lineWidth = 1;
      context.stroke();
    }
    if (text) {
      context.fillStyle = colours["ink-soft"];
      context.font = `500 13px ${colours.font}`;
      context.textAlign = "center";
      context.fillText(text, 0, 0);
    }
    context.restore();
  }

  drawGrounds(seen) {
    const { context, view, colours } = this;
    context.beginPath();
    for (const section of seen) trace(context, view, section.outline);
    context.fillStyle = colours.sunk;
    context.fill();
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.stroke();
  }

  // -- from afar -------------------------------------------------------------------------------------------------------------------------

  // Rows of a category are filled with its colour, the fuller the more of their seats are free; with none free they are left empty.
  drawBands(seen) {
    const { context, view, house, colours } = this;
    const shades = new Map();
    for (const section of seen) {
      for (const band of section.bands) {
        const free = house.free(band);
        if (!free) continue;
        const shade = Math.min(SHADES - 1, Math.floor((free / (band.end - band.first)) * SHADES));
        const key = band.category * SHADES + shade;
        if (!shades.has(key)) shades.set(key, []);
        shades.get(key).push(band.outline);
      }
    }
    context.lineJoin = "round";
    context.lineWidth = Math.max(0.8, view.seatPx * 1.2);
    for (const [key, outlines] of shades) {
      const pale = 0.5 * (1 - (key % SHADES) / (SHADES - 1));
      context.fillStyle = context.strokeStyle = mixed(this.fills[Math.floor(key / SHADES)], colours.sunk, pale);
      context.beginPath();
      for (const outline of outlines) trace(context, view, outline);
      context.fill();
      context.stroke();
    }
  }

  // A section's name and how many seats are free in it, where there is room for both.
  drawNames(seen) {
    const { context, view, house, colours } = this;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = colours.raised;
    for (const section of seen) {
      const room = section.reach * view.scale;
      if (room < NAME_ROOM_PX) continue;
      const size = Math.min(12.5, Math.max(10, room / 3));
      const lines = house.bits && room >= COUNT_ROOM_PX ? [section.name, String(house.free(section))] : [section.name];
      const [x, y] = [view.screenX(section.middle.x), view.screenY(section.middle.y)];
      lines.forEach((line, n) => {
        const at = y + (n - (lines.length - 1) / 2) * size * 1.12;
        context.font = `${n ? 500 : 700} ${size}px ${colours.font}`;
        context.lineWidth = size / 3;
        context.strokeText(line, x, at);
        context.fillStyle = colours.ink;
        context.fillText(line, x, at);
      });
    }
  }

  // -- from near -------------------------------------------------------------------------------------------------------------------------

  drawSeats(seen) {
    const { context, view, plan, house } = this;
    const size = view.seatPx;
    const stamps = this.stamps(size);
    const [left, right] = [view.planX(-size), view.planX(view.width + size)];
    const [top, bottom] = [view.planY(-size), view.planY(view.height + size)];
    const { scale } = view;
    const [shiftX, shiftY] = [view.width / 2 - view.x * scale, view.height / 2 - view.y * scale];
    const numbered = [];
    for (const section of seen) {
      for (let seat = section.first; seat < section.end; seat += 1) {
        const [x, y] = [plan.x[seat], plan.y[seat]];
        if (x < left || x > right || y < top || y > bottom) continue;
        const status = house.status(seat);
        const look = status === TAKEN || status === UNSOLD ? CROSS : house.isShown(seat) ? FULL : HOLLOW;
        stamps.draw(context, plan.category[seat], look, plan.marks[seat], x * scale + shiftX, y * scale + shiftY);
        this.drawn.seats += 1;
        if (look === FULL && size >= NUMBERS_PX && !plan.marks[seat]) numbered.push(seat);
      }
    }
    if (size >= NUMBERS_PX) this.drawNumbers(numbered, size);
    if (size >= NAMES_PX) this.drawRowNames(seen, size);
  }

  drawNumbers(seats, size) {
    const { context, view, plan, colours } = this;
    context.font = `600 ${Math.min(14, size * 0.36)}px ${colours.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = colours.raised;
    for (const seat of seats) context.fillText(plan.label(seat).seat, view.screenX(plan.x[seat]), view.screenY(plan.y[seat]) + 0.5);
  }

  drawRowNames(seen, size) {
    const { context, view, plan, colours } = this;
    context.font = `500 ${Math.min(13, Math.max(10.5, size * 0.5))}px ${colours.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle = colours["ink-soft"];
    for (const section of seen) {
      for (let n = section.firstRow; n < section.endRow; n += 1) {
        const { first, end, name } = plan.rows[n];
        const next = end - first > 1 ? first + 1 : first;
        const [x, y] = [view.screenX(2 * plan.x[first] - plan.x[next]), view.screenY(2 * plan.y[first] - plan.y[next])];
        if (x > -20 && x < view.width + 20 && y > -20 && y < view.height + 20) context.fillText(name, x, y);
      }
    }
  }
}

// The canvas: the plan as the camera sees it, and on top what is chosen and what has the focus.

import { View } from "./camera.js";
import { categoryColours, outline, readColours, Stamps } from "./look.js";
import { Scene, showsSeats, trace } from "./scene.js";

const LARGEST_RATIO = 2;
// What is drawn of the plan reaches so far beyond the canvas on each side, as a part of it: while one drags, it is only moved.
const BEYOND = 0.3;

export class Drawing {
  constructor(canvas, plan, house, camera) {
    Object.assign(this, { canvas, plan, house, camera });
    this.context = canvas.getContext("2d");
    this.layer = document.createElement("canvas").getContext("2d");
    this.focus = null;
    this.dress();
  }

  get showsSeats() {
    return showsSeats(this.camera);
  }

  dress() {
    this.colours = readColours(this.canvas.parentElement);
    this.fills = categoryColours(this.house.categories, this.colours);
    this.forget();
    this.ask();
  }

  forget() {
    this.stamped = null;
    this.kept = null;
  }

  resize(width, height) {
    this.ratio = Math.min(LARGEST_RATIO, devicePixelRatio || 1);
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
    this.layer.canvas.width = Math.round(width * (1 + 2 * BEYOND) * this.ratio);
    this.layer.canvas.height = Math.round(height * (1 + 2 * BEYOND) * this.ratio);
    this.forget();
    this.camera.resize(width, height);
    this.draw();
  }

  // Once a frame, however often it is asked for.
  ask() {
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = undefined;
    if (!this.ratio) return;
    const began = performance.now();
    const { context, camera } = this;
    this.clear(context, camera);
    const drawn = this.drawPlan();
    this.drawChosen();
    this.drawFocus();
    const { x, y, scale, seatPx } = camera;
    document.dispatchEvent(new CustomEvent("seats:drawn", { detail: { ...drawn, x, y, scale, seatPx, ms: performance.now() - began } }));
  }

  clear(context, { width, height }) {
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, width, height);
  }

  // While the scale changes the plan is drawn as it is seen; then once with some around it, which is moved until its edge is reached.
  drawPlan() {
    const { camera, house, kept } = this;
    const isStill = this.scale === camera.scale;
    this.scale = camera.scale;
    if (!isStill) return this.drawScene(this.context, camera);
    let drawn = { sections: 0, seats: 0 };
    if (!kept || kept.version !== house.version || kept.view.scale !== camera.scale || !kept.view.holds(camera)) {
      const view = new View(camera.x, camera.y, camera.scale, camera.width * (1 + 2 * BEYOND), camera.height * (1 + 2 * BEYOND), camera.pitch);
      this.clear(this.layer, view);
      drawn = this.drawScene(this.layer, view);
      this.kept = { view, version: house.version };
    }
    const { view } = this.kept;
    // Whole pixels of the screen, or every copy would blur.
    const snap = (px) => Math.round(px * this.ratio) / this.ratio;
    const [x, y] = [snap(camera.screenX(view.planX(0))), snap(camera.screenY(view.planY(0)))];
    this.context.drawImage(this.layer.canvas, x, y, this.layer.canvas.width / this.ratio, this.layer.canvas.height / this.ratio);
    return drawn;
  }

  drawScene(context, view) {
    const { plan, house, colours, fills } = this;
    return new Scene(context, view, { plan, house, colours, fills, stamps: (sizePx) => this.stampsOf(sizePx) }).draw();
  }

  stampsOf(sizePx) {
    const size = Math.round(sizePx * 4) / 4;
    if (this.stamped?.size !== size) this.stamped = { size, stamps: new Stamps(this.house.categories, this.fills, this.colours, size, this.ratio) };
    return this.stamped.stamps;
  }

  drawChosen() {
    const { context, camera, plan, house, colours } = this;
    const radius = Math.max(4, camera.seatPx * 0.48);
    for (const seat of house.chosen) {
      const isLost = house.lost.has(seat);
      context.save();
      context.translate(camera.screenX(plan.x[seat]), camera.screenY(plan.y[seat]));
      context.beginPath();
      context.arc(0, 0, radius, 0, 7);
      context.fillStyle = isLost ? colours.raised : colours.ink;
      context.strokeStyle = isLost ? colours.refused : colours.raised;
      context.lineWidth = Math.max(1.5, radius * 0.16);
      context.fill();
      context.stroke();
      context.lineCap = context.lineJoin = "round";
      context.lineWidth = Math.max(1.5, radius * 0.22);
      context.beginPath();
      const tip = radius * 0.42;
      if (isLost) {
        context.moveTo(-tip, -tip);
        context.lineTo(tip, tip);
        context.moveTo(tip, -tip);
        context.lineTo(-tip, tip);
      } else {
        context.strokeStyle = colours.paper;
        context.moveTo(-tip, tip * 0.1);
        context.lineTo(-tip * 0.2, tip * 0.8);
        context.lineTo(tip, -tip * 0.75);
      }
      context.stroke();
      context.restore();
    }
  }

  drawFocus() {
    const { context, camera, plan, house, colours, focus } = this;
    if (!focus) return;
    context.lineJoin = "round";
    if (focus.section) {
      for (const [width, colour] of [[8, colours["focus-halo"]], [3, colours.focus]]) {
        context.beginPath();
        trace(context, camera, focus.section.outline);
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.stroke();
      }
      return;
    }
    context.save();
    context.translate(camera.screenX(plan.x[focus.seat]), camera.screenY(plan.y[focus.seat]));
    const radius = Math.max(7, camera.seatPx * 0.52);
    const shape = house.chosen.has(focus.seat) ? "circle" : house.categories[plan.category[focus.seat]].shape;
    for (const [width, colour, out] of [[6, colours["focus-halo"], 4], [2.5, colours.focus, 2.5]]) {
      outline(context, shape, radius + out);
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.stroke();
    }
    context.restore();
  }
}

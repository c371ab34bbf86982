// Fingers, mouse and wheel on the map: drag, pinch, tap, double tap, wheel.

const STILL_PX = 8;
const TWICE_MS = 320;
const TWICE_PX = 32;
const NEARER = 2;
// A page that is being scrolled is not stopped by a map that comes under the pointer.
const SCROLLING_MS = 350;
const SLOWS = 0.94;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Hands {
  // `tap(x, y, isFinger)` and `hover(x, y)` are told places in the view, hover null when the pointer leaves.
  constructor(view, camera, { tap, hover }) {
    Object.assign(this, { view, camera, tap, hover });
    this.down = new Map();
    this.tapped = { at: 0, x: 0, y: 0 };
    this.scrolledAt = 0;
    view.addEventListener("pointerdown", (event) => this.press(event));
    view.addEventListener("pointermove", (event) => this.move(event));
    view.addEventListener("pointerup", (event) => this.lift(event));
    view.addEventListener("pointercancel", (event) => this.lose(event));
    view.addEventListener("pointerleave", () => hover(null));
    view.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    addEventListener("wheel", (event) => { if (!view.contains(event.target)) this.scrolledAt = event.timeStamp; }, { passive: true });
  }

  place({ clientX, clientY }) {
    const { left, top } = this.view.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  press(event) {
    if (event.button > 0) return;
    this.camera.stop();
    cancelAnimationFrame(this.sliding);
    this.view.setPointerCapture(event.pointerId);
    const at = this.place(event);
    if (!this.down.size) this.moved = false;
    this.down.set(event.pointerId, at);
    this.began = at;
    this.speed = { x: 0, y: 0 };
  }

  move(event) {
    const before = this.down.get(event.pointerId);
    const at = this.place(event);
    if (!before) return this.hover(at.x, at.y);
    if (this.down.size === 1) {
      if (!this.moved && Math.hypot(at.x - this.began.x, at.y - this.began.y) < STILL_PX) return undefined;
      if (!this.moved) this.hover(null);
      this.moved = true;
      this.view.toggleAttribute("data-dragging", true);
      this.camera.pan(at.x - before.x, at.y - before.y);
      this.speed = { x: (at.x - before.x + this.speed.x) / 2, y: (at.y - before.y + this.speed.y) / 2 };
      this.movedAt = event.timeStamp;
    } else {
      const other = [...this.down].find(([id]) => id !== event.pointerId)[1];
      const [far, wasFar] = [Math.hypot(at.x - other.x, at.y - other.y), Math.hypot(before.x - other.x, before.y - other.y)];
      this.moved = true;
      this.camera.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
      if (wasFar > 0 && far > 0) this.camera.zoom(far / wasFar, (at.x + other.x) / 2, (at.y + other.y) / 2);
    }
    this.down.set(event.pointerId, at);
    return undefined;
  }

  lift(event) {
    const at = this.down.get(event.pointerId);
    this.lose(event);
    if (!at || this.down.size) return;
    if (this.moved) {
      if (event.timeStamp - this.movedAt < 60 && !calm.matches) this.slide();
      return;
    }
    const before = this.tapped;
    this.tapped = { at: event.timeStamp, ...at };
    const isTwice = event.timeStamp - before.at < TWICE_MS && Math.hypot(at.x - before.x, at.y - before.y) < TWICE_PX;
    if (isTwice && before.zoomed) return;
    // The second tap undoes what the first did, and then brings nearer.
    this.tapped.zoomed = this.tap(at.x, at.y, event.pointerType !== "mouse") === "zoomed";
    if (!isTwice || this.tapped.zoomed) return;
    const { camera } = this;
    const scale = Math.min(camera.largest, camera.scale * NEARER);
    camera.glide({ x: camera.planX(at.x) + (camera.x - camera.planX(at.x)) * (camera.scale / scale), y: camera.planY(at.y) + (camera.y - camera.planY(at.y)) * (camera.scale / scale), scale });
    this.tapped.zoomed = true;
  }

  lose(event) {
    this.down.delete(event.pointerId);
    if (!this.down.size) this.view.toggleAttribute("data-dragging", false);
  }

  slide() {
    const step = () => {
      this.speed.x *= SLOWS;
      this.speed.y *= SLOWS;
      if (Math.hypot(this.speed.x, this.speed.y) < 0.3) return;
      this.camera.pan(this.speed.x, this.speed.y);
      this.sliding = requestAnimationFrame(step);
    };
    this.sliding = requestAnimationFrame(step);
  }

  wheel(event) {
    const { camera } = this;
    if (event.timeStamp - this.scrolledAt < SCROLLING_MS) {
      this.scrolledAt = event.timeStamp;
      return;
    }
    if (event.deltaY > 0 && camera.isWhole) return;
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
    const at = this.place(event);
    camera.stop();
    camera.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * lines)) * (event.ctrlKey ? 0.01 : 0.0022)), at.x, at.y);
  }
}

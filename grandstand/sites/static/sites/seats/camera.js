// Which part of the plan is seen: the place in the middle of the view, and how many pixels one of the plan's units has.

const LARGEST_SEAT_PX = 46;
const MARGIN_PX = 16;
const GLIDE_MS = 160;
const still = matchMedia("(prefers-reduced-motion: reduce)");

// A part of a plan on a surface of so many pixels.
export class View {
  constructor(x, y, scale, width, height, pitch) {
    Object.assign(this, { x, y, scale, width, height, pitch });
  }

  get seatPx() {
    return this.pitch * this.scale;
  }

  screenX(x) {
    return (x - this.x) * this.scale + this.width / 2;
  }

  screenY(y) {
    return (y - this.y) * this.scale + this.height / 2;
  }

  planX(x) {
    return (x - this.width / 2) / this.scale + this.x;
  }

  planY(y) {
    return (y - this.height / 2) / this.scale + this.y;
  }

  // Whether all that another view sees is in this one.
  holds(other) {
    return (
      this.planX(0) <= other.planX(0) &&
      this.planY(0) <= other.planY(0) &&
      this.planX(this.width) >= other.planX(other.width) &&
      this.planY(this.height) >= other.planY(other.height)
    );
  }
}

export class Camera extends View {
  // `changed` is called whenever something else is seen.
  constructor(plan) {
    super(plan.size[0] / 2, plan.size[1] / 2, 0, 1, 1, plan.pitch);
    this.plan = plan;
    this.changed = () => {};
    this.largest = LARGEST_SEAT_PX / plan.pitch;
  }

  get smallest() {
    const [width, height] = this.plan.size;
    return Math.min(this.largest, (this.width - 2 * MARGIN_PX) / width, (this.height - 2 * MARGIN_PX) / height);
  }

  get isWhole() {
    return this.scale <= this.smallest * 1.001;
  }

  resize(width, height) {
    const whole = this.scale === 0 || this.isWhole;
    [this.width, this.height] = [width, height];
    if (whole) this.scale = this.smallest;
    this.settle();
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y -= dy / this.scale;
    this.settle();
  }

  // Nearer by a factor; the place under the pixel stays there.
  zoom(factor, px = this.width / 2, py = this.height / 2) {
    const [x, y] = [this.planX(px), this.planY(py)];
    this.scale *= factor;
    this.limit();
    this.x = x - (px - this.width / 2) / this.scale;
    this.y = y - (py - this.height / 2) / this.scale;
    this.settle();
  }

  limit() {
    this.scale = Math.min(this.largest, Math.max(this.smallest, this.scale));
  }

  // The plan does not leave the view.
  settle() {
    this.limit();
    const [width, height] = this.plan.size;
    const [halfX, halfY] = [this.width / 2 / this.scale, this.height / 2 / this.scale];
    const within = (value, half, size) => (2 * half >= size ? size / 2 : Math.min(size - half * 0.6, Math.max(half * 0.6, value)));
    this.x = within(this.x, halfX, width);
    this.y = within(this.y, halfY, height);
    this.changed();
  }

  stop() {
    cancelAnimationFrame(this.frame);
  }

  // Go to a place at a scale, without a jump where motion is welcome.
  glide(to) {
    this.stop();
    const from = { x: this.x, y: this.y, scale: this.scale };
    const target = { x: to.x ?? from.x, y: to.y ?? from.y, scale: Math.min(this.largest, Math.max(this.smallest, to.scale ?? from.scale)) };
    const began = performance.now();
    const step = (at) => {
      const part = still.matches ? 1 : Math.min(1, Math.max(0, (at - began) / GLIDE_MS));
      const eased = 1 - (1 - part) ** 3;
      this.scale = from.scale * (target.scale / from.scale) ** eased;
      // What is between two scales is looked at from the nearer one, so that the way is straight on the screen.
      const along = target.scale === from.scale ? eased : (this.scale - from.scale) / (target.scale - from.scale) * (target.scale / this.scale);
      this.x = from.x + (target.x - from.x) * along;
      this.y = from.y + (target.y - from.y) * along;
      this.settle();
      if (part < 1) this.frame = requestAnimationFrame(step);
    };
    step(still.matches ? began : began + 1);
  }

  whole() {
    this.glide({ x: this.plan.size[0] / 2, y: this.plan.size[1] / 2, scale: this.smallest });
  }

  // A part of the plan, as large as fits; seats of at least so many pixels.
  show({ left, top, right, bottom }, { least = 0, most = Infinity, at } = {}) {
    const fitting = Math.min((this.width - 2 * MARGIN_PX) / (right - left), (this.height - 2 * MARGIN_PX) / (bottom - top));
    const scale = Math.min(Math.max(fitting, least / this.plan.pitch), most / this.plan.pitch);
    const middle = { x: (left + right) / 2, y: (top + bottom) / 2 };
    this.glide({ ...(fitting >= scale || !at ? middle : at), scale });
  }

  // So far that a seat is in view, with some around it.
  reveal(x, y) {
    const margin = Math.min(80, this.width / 4, this.height / 4);
    const [px, py] = [this.screenX(x), this.screenY(y)];
    const dx = Math.max(0, margin - px) - Math.max(0, px - this.width + margin);
    const dy = Math.max(0, margin - py) - Math.max(0, py - this.height + margin);
    if (dx || dy) this.glide({ x: this.x - dx / this.scale, y: this.y - dy / this.scale });
  }
}

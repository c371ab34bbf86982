// From section to section and from seat to seat with the arrow keys, by where they are on the screen.

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NEARER = 1.6;
// A seat is beside another when it is more in the direction of the key than across it, so many seats away at most; over a gangway more.
const REACH = 4;
const REACH_OVER = 16;

export class Keys {
  // `show` is told what has the focus: {section} or {seat}; `choose` that a seat is meant.
  constructor(view, plan, house, camera, { show, choose }) {
    Object.assign(this, { plan, house, camera, show, choose });
    this.at = null;
    view.addEventListener("keydown", (event) => this.press(event));
    view.addEventListener("focus", () => { if (view.matches(":focus-visible")) this.come(); });
    view.addEventListener("blur", () => show(null));
  }

  come() {
    this.at ??= { section: this.nearest(this.camera.x, this.camera.y) };
    this.tell();
  }

  tell() {
    const { plan, camera, at } = this;
    this.show(at);
    if (at.seat !== undefined) camera.reveal(plan.x[at.seat], plan.y[at.seat]);
    else camera.reveal(at.section.middle.x, at.section.middle.y);
  }

  nearest(x, y) {
    const far = ({ middle }) => Math.hypot(middle.x - x, middle.y - y);
    return this.plan.withSeats.reduce((best, section) => (far(section) < far(best) ? section : best));
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const done = this.act(event.key);
    if (done) event.preventDefault();
  }

  act(key) {
    const { camera } = this;
    if (key === "+" || key === "=") this.zoom(NEARER);
    else if (key === "-") this.zoom(1 / NEARER);
    else if (key === "Home" || key === "0") camera.whole();
    else if (WAYS[key]) this.go(WAYS[key]);
    else if (key === "Enter" || key === " ") this.enter();
    else if (key === "Escape" && this.at?.seat !== undefined) this.leave();
    else return false;
    return true;
  }

  // What has the focus stays where it is.
  zoom(factor) {
    const { camera, plan, at } = this;
    const place = at?.seat === undefined ? at?.section.middle : { x: plan.x[at.seat], y: plan.y[at.seat] };
    if (place) camera.zoom(factor, camera.screenX(place.x), camera.screenY(place.y));
    else camera.zoom(factor);
  }

  go(way) {
    if (!this.at) return this.come();
    const { at } = this;
    const next = at.seat === undefined ? this.sectionTowards(at.section, way) : this.seatTowards(at.seat, way);
    if (next !== null) this.at = at.seat === undefined ? { section: next } : { seat: next };
    return this.tell();
  }

  enter() {
    if (!this.at) return this.come();
    if (this.at.seat !== undefined) return this.choose(this.at.seat);
    const { section } = this.at;
    this.at = { seat: this.firstFree(section) };
    this.camera.show(section.box, { least: 20, most: 34, at: { x: this.plan.x[this.at.seat], y: this.plan.y[this.at.seat] } });
    return this.show(this.at);
  }

  leave() {
    this.at = { section: this.plan.sectionOf(this.at.seat) };
    this.camera.whole();
    this.show(this.at);
  }

  // Of the front rows first, as near to the middle of the section as can be.
  firstFree({ first, end, firstRow, endRow }) {
    const { plan, house } = this;
    for (let n = firstRow; n < endRow; n += 1) {
      const row = plan.rows[n];
      const middle = (row.first + row.end - 1) / 2;
      let best = null;
      for (let seat = row.first; seat < row.end; seat += 1) {
        if (house.isFree(seat) && house.isShown(seat) && (best === null || Math.abs(seat - middle) < Math.abs(best - middle))) best = seat;
      }
      if (best !== null) return best;
    }
    return Math.min(first, end - 1);
  }

  sectionTowards(from, way) {
    return best(this.plan.withSeats, from.middle, way, (section) => (section === from ? null : section.middle));
  }

  seatTowards(from, way) {
    const { plan } = this;
    const at = { x: plan.x[from], y: plan.y[from] };
    const near = REACH * plan.pitch;
    const seats = [];
    for (const { box, first, end } of plan.withSeats) {
      if (at.x < box.left - near || at.x > box.right + near || at.y < box.top - near || at.y > box.bottom + near) continue;
      for (let seat = first; seat < end; seat += 1) if (seat !== from && Math.hypot(plan.x[seat] - at.x, plan.y[seat] - at.y) <= near) seats.push(seat);
    }
    const placeOf = (seat) => ({ x: plan.x[seat], y: plan.y[seat] });
    const beside = best(seats, at, way, placeOf);
    if (beside !== null) return beside;
    // Over a gangway: the nearest seat of the next section that way.
    const section = this.sectionTowards(plan.sectionOf(from), way);
    if (section === null) return null;
    let [found, far] = [null, REACH_OVER * plan.pitch];
    for (let seat = section.first; seat < section.end; seat += 1) {
      const distance = Math.hypot(plan.x[seat] - at.x, plan.y[seat] - at.y);
      if (distance < far) [found, far] = [seat, distance];
    }
    return found;
  }
}

function best(candidates, at, [dx, dy], placeOf) {
  let [found, least] = [null, Infinity];
  for (const candidate of candidates) {
    const place = placeOf(candidate);
    if (!place) continue;
    const along = (place.x - at.x) * dx + (place.y - at.y) * dy;
    const across = Math.abs((place.x - at.x) * dy) + Math.abs((place.y - at.y) * dx);
    if (along <= 0 || across > along * 1.2) continue;
    const cost = along + 2 * across;
    if (cost < least) [found, least] = [candidate, cost];
  }
  return found;
}

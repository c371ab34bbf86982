// What is so of each seat: free, taken, chosen, lost; what it costs. Told to whoever listens when it changes.

export const FREE = 0;
export const TAKEN = 1;
export const UNSOLD = 2;
export const UNKNOWN = 3;

export class House extends EventTarget {
  constructor(plan, told) {
    super();
    this.plan = plan;
    this.categories = plan.categories.map((code) => told.categories.find((category) => category.code === code));
    this.most = told.most;
    this.bits = null;
    this.chosen = new Set(told.chosen);
    this.lost = new Set(told.lost);
    this.category = "";
    // Counted up whenever something else is free or looked at; what is chosen is not counted.
    this.version = 0;
    this.freeOf = new Map();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  anew() {
    this.version += 1;
    this.freeOf.clear();
  }

  offer(seat) {
    const category = this.categories[this.plan.category[seat]];
    return this.plan.isForAccessible(seat) ? category.accessible : category.public;
  }

  status(seat) {
    if (!this.offer(seat)?.open) return UNSOLD;
    if (this.bits === null) return UNKNOWN;
    return this.bits[seat >> 3] & (1 << (seat & 7)) ? FREE : TAKEN;
  }

  isFree(seat) {
    const status = this.status(seat);
    return status === FREE || status === UNKNOWN;
  }

  isShown(seat) {
    return !this.category || this.plan.categories[this.plan.category[seat]] === this.category;
  }

  price(seat) {
    return this.offer(seat)?.price ?? 0;
  }

  // What the gate says is free now. A chosen seat that is not among it was somebody's meanwhile.
  learn(bits) {
    if (this.bits?.length === bits.length && bits.every((byte, n) => byte === this.bits[n])) return;
    this.bits = bits;
    this.anew();
    const before = this.lost.size;
    for (const seat of this.chosen) if (this.status(seat) === TAKEN) this.lost.add(seat);
    for (const seat of this.lost) if (this.status(seat) === FREE) this.lost.delete(seat);
    const lost = [...this.lost].filter((seat) => this.chosen.has(seat));
    this.changed();
    if (lost.length && this.lost.size > before) this.dispatchEvent(new CustomEvent("lost", { detail: lost }));
  }

  // How many seats are free in a section or a row, of the category that is looked at. Counted once after each news.
  free(part) {
    let count = this.freeOf.get(part);
    if (count === undefined) {
      count = 0;
      for (let seat = part.first; seat < part.end; seat += 1) if (this.isShown(seat) && this.isFree(seat)) count += 1;
      this.freeOf.set(part, count);
    }
    return count;
  }

  look(category) {
    this.category = this.category === category ? "" : category;
    this.anew();
    this.changed();
  }

  // Whether it was done: a seat that is not free, or one too many, is not chosen.
  toggle(seat) {
    if (this.chosen.delete(seat)) {
      this.lost.delete(seat);
      this.changed();
      return true;
    }
    if (!this.isFree(seat) || this.chosen.size >= this.most) return false;
    this.chosen.add(seat);
    this.changed();
    return true;
  }

  get kept() {
    return [...this.chosen].filter((seat) => !this.lost.has(seat));
  }

  // A seat that stays free alone beside the chosen ones; null when there is none.
  single() {
    const open = (seat) => this.isFree(seat) && !this.chosen.has(seat) && !this.plan.isForAccessible(seat);
    for (const seat of this.chosen) {
      const [first, end] = this.plan.sideBySide(seat);
      for (const beside of [seat - 1, seat + 1]) {
        if (beside < first || beside >= end || !open(beside)) continue;
        const beyond = beside + (beside - seat);
        const isLast = beyond < first || beyond >= end || !open(beyond);
        if (isLast) return beside;
      }
    }
    return null;
  }
}

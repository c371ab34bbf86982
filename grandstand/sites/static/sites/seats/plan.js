// The drawing of a plan, unpacked. Seats are known by their number: their position among all, section by section, row by row.

export const ACCESSIBLE = 1;
export const COMPANION = 2;
export const RESTRICTED = 4;
const FOR_ACCESSIBLE = ACCESSIBLE | COMPANION;

// Across an aisle seats are further apart than so many times what is usual in their section.
const AISLE = 1.6;

// Enough for a bend to look like one from afar.
const POINTS_OF_ROW = 4;

const each = (value, n) => (Array.isArray(value) ? value[n] : value);

export class Plan {
  constructor(drawn) {
    Object.assign(this, { pitch: drawn.pitch, size: drawn.size, focus: drawn.focus, categories: drawn.categories, shapes: drawn.shapes });
    this.rows = [];
    this.sections = [];
    const count = drawn.sections.reduce((sum, [, , rows]) => rows.reduce((seats, row) => seats + (row.length - 4) / 2, sum), 0);
    this.count = count;
    this.x = new Int32Array(count);
    this.y = new Int32Array(count);
    this.rowOf = new Uint32Array(count);
    this.category = new Uint8Array(count);
    this.marks = new Uint8Array(count);
    let seat = 0;
    drawn.sections.forEach(([name, outline, rows]) => {
      const section = { number: this.sections.length, name, outline, first: seat, firstRow: this.rows.length };
      for (const row of rows) seat = this.addRow(section, row, seat);
      section.end = seat;
      section.endRow = this.rows.length;
      this.sections.push(section);
    });
    for (const section of this.sections) this.measure(section);
    for (const section of this.sections) section.bands = this.bandsOf(section);
    this.withSeats = this.sections.filter((section) => section.end > section.first);
  }

  addRow(section, [name, numbers, category, marks, ...steps], first) {
    const row = { section: section.number, name, numbers, first, end: first + steps.length / 2 };
    let [x, y] = [0, 0];
    for (let n = 0; n < steps.length / 2; n += 1) {
      x += steps[2 * n];
      y += steps[2 * n + 1];
      const seat = first + n;
      this.x[seat] = x;
      this.y[seat] = y;
      this.rowOf[seat] = this.rows.length;
      this.category[seat] = each(category, n);
      this.marks[seat] = each(marks, n);
    }
    this.rows.push(row);
    return row.end;
  }

  // Where a section is, and its edge: as drawn, else around its seats.
  measure(section) {
    const { first, end } = section;
    if (end === first) return;
    const [xs, ys] = [this.x.subarray(first, end), this.y.subarray(first, end)];
    const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
    let [sumX, sumY] = [0, 0];
    for (let n = 0; n < xs.length; n += 1) {
      box.left = Math.min(box.left, xs[n]);
      box.right = Math.max(box.right, xs[n]);
      box.top = Math.min(box.top, ys[n]);
      box.bottom = Math.max(box.bottom, ys[n]);
      sumX += xs[n];
      sumY += ys[n];
    }
    const half = this.pitch * 0.75;
    section.box = { left: box.left - half, top: box.top - half, right: box.right + half, bottom: box.bottom + half };
    section.middle = { x: sumX / xs.length, y: sumY / ys.length };
    if (!section.outline.length) section.outline = hull(xs, ys, section.middle, half);
    section.reach = Math.min(Math.sqrt(area(section.outline)), box.right - box.left + half, box.bottom - box.top + half);
  }

  // Rows behind each other whose seats are of one category, with the edge around them.
  bandsOf({ firstRow, endRow }) {
    const bands = [];
    for (let n = firstRow; n < endRow; n += 1) {
      const { first, end } = this.rows[n];
      if (end === first) continue;
      const last = bands.at(-1);
      if (last?.category === this.category[first]) Object.assign(last, { end, lastRow: n });
      else bands.push({ category: this.category[first], first, end, firstRow: n, lastRow: n });
    }
    for (const band of bands) band.outline = this.around(band);
    return bands;
  }

  // Along the first row, down the ends of the rows behind it, back along the last one and up their beginnings.
  around({ firstRow, lastRow }) {
    const between = this.rows.slice(firstRow + 1, lastRow).filter(({ first, end }) => end > first);
    const at = (seat) => [this.x[seat], this.y[seat]];
    return [
      ...this.line(this.rows[firstRow]),
      ...between.flatMap(({ end }) => at(end - 1)),
      ...(lastRow > firstRow ? this.line(this.rows[lastRow], true) : []),
      ...between.reverse().flatMap(({ first }) => at(first)),
    ];
  }

  // A row as a line of a few points.
  line({ first, end }, isBackwards = false) {
    const last = end - 1;
    const seats = Array.from({ length: POINTS_OF_ROW }, (_, n) => Math.round(first + ((last - first) * n) / (POINTS_OF_ROW - 1)));
    return (isBackwards ? seats.reverse() : seats).flatMap((seat) => [this.x[seat], this.y[seat]]);
  }

  sectionOf(seat) {
    return this.sections[this.rows[this.rowOf[seat]].section];
  }

  isForAccessible(seat) {
    return (this.marks[seat] & FOR_ACCESSIBLE) !== 0;
  }

  label(seat) {
    const row = this.rows[this.rowOf[seat]];
    const number = typeof row.numbers === "number" ? String(row.numbers + seat - row.first) : row.numbers[seat - row.first];
    return { section: this.sections[row.section].name, row: row.name, seat: number };
  }

  // How far seats that stand side by side are from each other in a section.
  usualGap(section) {
    if (section.gap === undefined) {
      const gaps = [];
      for (let n = section.firstRow; n < section.endRow; n += 1) {
        const { first, end } = this.rows[n];
        for (let seat = first + 1; seat < end; seat += 1) gaps.push(this.distance(seat - 1, seat));
      }
      gaps.sort((a, b) => a - b);
      section.gap = gaps.length ? gaps[(gaps.length - 1) >> 1] : Infinity;
    }
    return section.gap;
  }

  distance(a, b) {
    return Math.hypot(this.x[a] - this.x[b], this.y[a] - this.y[b]);
  }

  // The seats that stand side by side with this one, between two aisles: from the first to before the end.
  sideBySide(seat) {
    const row = this.rows[this.rowOf[seat]];
    const widest = AISLE * this.usualGap(this.sections[row.section]);
    let [first, end] = [seat, seat + 1];
    while (first > row.first && this.distance(first - 1, first) <= widest) first -= 1;
    while (end < row.end && this.distance(end - 1, end) <= widest) end += 1;
    return [first, end];
  }

  // The seat nearest to a place, within so far; null when there is none.
  seatAt(x, y, within) {
    let [best, far] = [null, within];
    for (const section of this.withSeats) {
      const { box } = section;
      if (x < box.left - within || x > box.right + within || y < box.top - within || y > box.bottom + within) continue;
      for (let seat = section.first; seat < section.end; seat += 1) {
        const distance = Math.hypot(this.x[seat] - x, this.y[seat] - y);
        if (distance < far) [best, far] = [seat, distance];
      }
    }
    return best;
  }

  sectionAt(x, y) {
    return this.withSeats.find(({ box, outline }) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom && inside(outline, x, y)) ?? null;
  }
}

function inside(outline, x, y) {
  let odd = false;
  for (let n = 0, m = outline.length - 2; n < outline.length; m = n, n += 2) {
    const [x1, y1, x2, y2] = [outline[n], outline[n + 1], outline[m], outline[m + 1]];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
  }
  return odd;
}

function area(outline) {
  let twice = 0;
  for (let n = 0, m = outline.length - 2; n < outline.length; m = n, n += 2) twice += outline[m] * outline[n + 1] - outline[n] * outline[m + 1];
  return Math.abs(twice) / 2;
}

// The convex edge around points, a little outside of them.
function hull(xs, ys, middle, margin) {
  const points = Array.from(xs, (x, n) => [x, ys[n]]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (sorted) => {
    const edge = [];
    for (const point of sorted) {
      while (edge.length > 1 && turn(edge.at(-2), edge.at(-1), point) <= 0) edge.pop();
      edge.push(point);
    }
    return edge.slice(0, -1);
  };
  const edge = [...half(points), ...half([...points].reverse())];
  const around = edge.length > 2 ? edge : [[xs[0], ys[0]], [xs[0], ys[0]], [xs.at(-1), ys.at(-1)], [xs.at(-1), ys.at(-1)]];
  return around.flatMap(([x, y], n) => {
    // A single row has no inside: its edge is above and below it.
    const [dx, dy] = edge.length > 2 ? [x - middle.x, y - middle.y] : [n === 0 || n === 3 ? -1 : 1, n < 2 ? -1 : 1];
    const far = Math.hypot(dx, dy) || 1;
    return [x + (dx / far) * margin, y + (dy / far) * margin];
  });
}

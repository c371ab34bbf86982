// What is chosen, beside the map: where it is, what it costs, the whole; and the boxes of the list below, which say the same.

const say = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);

export class List {
  constructor(form, plan, house, told) {
    Object.assign(this, { form, plan, house, words: told.words });
    const language = document.documentElement.lang;
    this.money = new Intl.NumberFormat(language === "en" ? "en-GB" : language, {
      style: "currency",
      currency: told.currency,
      minimumFractionDigits: told.digits,
      maximumFractionDigits: told.digits,
    });
    this.perMajor = 10 ** told.digits;
    this.part = (name) => form.querySelector(`[data-${name}]`);
    form.addEventListener("change", (event) => { if (event.target.matches("[data-listed]")) this.tick(event.target); });
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-give-back]");
      if (button) this.giveBack(Number(button.dataset.giveBack));
    });
    document.addEventListener("htmx:after:swap", () => {
      this.tickAll();
      // The button that was pressed is gone with the old list: one goes on reading at the section that came.
      if (document.activeElement === document.body) form.querySelector("#section-shown")?.focus();
    });
    house.addEventListener("change", () => this.show());
    this.show();
  }

  price(seat) {
    return this.money.format(this.house.price(seat) / this.perMajor);
  }

  where(seat) {
    return say(this.words.seat, this.plan.label(seat));
  }

  about(seat) {
    const { plan, house, words } = this;
    const marks = ["accessible", "companion", "restricted"].filter((_, bit) => plan.marks[seat] & (1 << bit)).map((name) => words[name]);
    return [house.categories[plan.category[seat]].name, this.price(seat), ...marks];
  }

  giveBack(seat) {
    const buttons = [...this.part("chosen").querySelectorAll("[data-give-back]")];
    const at = buttons.findIndex((button) => Number(button.dataset.giveBack) === seat);
    this.house.toggle(seat);
    // The focus stays in the list: on the next seat, else on the heading.
    const next = this.part("chosen").querySelectorAll("[data-give-back]");
    (next[Math.min(at, next.length - 1)] ?? this.form.querySelector("#h-chosen")).focus();
  }

  tick(box) {
    if (!this.house.toggle(Number(box.value))) {
      box.checked = this.house.chosen.has(Number(box.value));
      this.tell();
    }
  }

  tickAll() {
    for (const box of this.form.querySelectorAll("[data-listed]")) {
      const seat = Number(box.value);
      box.checked = this.house.chosen.has(seat);
      box.disabled = !box.checked && !this.house.isFree(seat);
    }
  }

  tell() {
    document.dispatchEvent(new CustomEvent("seats:most"));
  }

  show() {
    const { house, words, plan } = this;
    const chosen = [...house.chosen].sort((a, b) => a - b);
    const state = JSON.stringify([chosen, [...house.lost], house.bits === null]);
    if (state === this.shown) return;
    this.shown = state;
    const focused = document.activeElement?.dataset?.giveBack;
    this.part("chosen").replaceChildren(...chosen.map((seat) => this.line(seat)));
    if (focused) this.part("chosen").querySelector(`[data-give-back="${focused}"]`)?.focus();
    this.part("none").hidden = chosen.length > 0;
    const kept = house.kept;
    this.part("count").textContent = kept.length === 1 ? words.one : kept.length ? say(words.many, { n: kept.length }) : "";
    this.part("total").textContent = kept.length ? this.money.format(kept.reduce((sum, seat) => sum + house.price(seat), 0) / this.perMajor) : "";
    const single = house.single();
    this.part("warning").textContent = single === null ? "" : say(words.single, plan.label(single));
    this.tickAll();
  }

  line(seat) {
    const { house, words } = this;
    const isLost = house.lost.has(seat);
    const line = this.part("line").content.cloneNode(true).firstElementChild;
    line.toggleAttribute("data-lost", isLost);
    line.querySelector("[data-where]").textContent = this.where(seat);
    const about = line.querySelector("[data-about]");
    about.textContent = isLost ? words.lost : this.about(seat).join(" · ");
    about.classList.toggle("chosen__why", isLost);
    const button = line.querySelector("[data-give-back]");
    button.dataset.giveBack = seat;
    button.querySelector("[data-of]").textContent = `: ${this.where(seat)}`;
    const input = line.querySelector("input");
    if (isLost) input.remove();
    else input.value = seat;
    return line;
  }
}

export { say };

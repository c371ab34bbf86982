// The map of the seats, made of its parts. Without this module, or when it fails, the best seats and the list below do the same.

import { Camera } from "./camera.js";
import { Drawing } from "./drawing.js";
import { Hands } from "./hands.js";
import { House, TAKEN, UNKNOWN, UNSOLD } from "./house.js";
import { Keys } from "./keys.js";
import { List, say } from "./list.js";
import { follow } from "./news.js";
import { Plan } from "./plan.js";

const told = JSON.parse(document.getElementById("seats-map").textContent);
const { words } = told;
const form = document.getElementById("seats-form");
const map = form.querySelector("[data-map]");
const view = map.querySelector("[data-view]");
const waits = map.querySelector("[data-wait]");
const number = new Intl.NumberFormat(document.documentElement.lang);

// Fingers are wide: a seat that is smaller is brought nearer before it is chosen.
const FINGER_PX = 15;
const MOUSE_PX = 8;
const REACH_PX = 22;

function speak(text) {
  const line = form.querySelector("[data-told]");
  // The same words again are said again.
  line.textContent = line.textContent === text ? `${text}\u00a0` : text;
}

async function begin() {
  const answer = await fetch(told.plan);
  if (!answer.ok) throw new Error(answer.statusText);
  const plan = new Plan(await answer.json());
  const house = new House(plan, told);
  const camera = new Camera(plan);
  const drawing = new Drawing(map.querySelector("canvas"), plan, house, camera);
  camera.changed = () => {
    view.toggleAttribute("data-near", !camera.isWhole);
    drawing.ask();
  };
  const list = new List(form, plan, house, told);
  const marks = plan.marks.reduce((all, mark) => all | mark, 0);
  ["accessible", "companion", "restricted"].forEach((name, bit) => (form.querySelector(`[data-mark=${name}]`).hidden = !(marks & (1 << bit))));

  const stateOf = (seat) => {
    if (house.lost.has(seat)) return words.lost;
    if (house.chosen.has(seat)) return words.chosen;
    return { [TAKEN]: words.taken, [UNSOLD]: words.unsold, [UNKNOWN]: words.unknown }[house.status(seat)] ?? words.free;
  };
  const seatWords = (seat) => [list.where(seat), stateOf(seat), ...list.about(seat)].join(", ");
  const sectionWords = (section) => {
    const free = house.free(section);
    const count = house.bits === null ? [] : [free ? say(words.sectionFree, { n: number.format(free) }) : words.sectionNone];
    return [say(words.section, { section: section.name }), ...count].join(", ");
  };

  function choose(seat) {
    const had = house.chosen.has(seat);
    if (house.toggle(seat)) speak(seatWords(seat));
    else if (!had && house.isFree(seat)) tellMost();
    else speak(seatWords(seat));
  }

  function tellMost() {
    const text = say(words.most, { n: number.format(house.most) });
    speak(text);
    document.dispatchEvent(new CustomEvent("ui:toast", { detail: text }));
  }

  const help = form.querySelector("[data-help]");
  const keys = new Keys(view, plan, house, camera, {
    show(at) {
      drawing.focus = at;
      drawing.ask();
      if (!at) return;
      help.textContent = at.seat === undefined ? words.sectionsHelp : words.seatsHelp;
      speak(at.seat === undefined ? sectionWords(at.section) : seatWords(at.seat));
    },
    choose,
  });

  const tip = document.createElement("p");
  tip.className = "map__tip";
  tip.hidden = true;
  tip.ariaHidden = "true";
  map.append(tip);

  const under = (x, y, reach) => {
    const [px, py] = [camera.planX(x), camera.planY(y)];
    if (!drawing.showsSeats) return { section: plan.sectionAt(px, py) };
    return { seat: plan.seatAt(px, py, reach / camera.scale) };
  };

  new Hands(view, camera, {
    tap(x, y, isFinger) {
      tip.hidden = true;
      const { section, seat } = under(x, y, Math.max(isFinger ? REACH_PX : 6, camera.seatPx * 0.6));
      if (section === null || seat === null) return "";
      if (section) {
        keys.at = { section };
        camera.show(section.box, { least: isFinger ? FINGER_PX + 5 : 16, most: 34, at: { x: camera.planX(x), y: camera.planY(y) } });
        speak(sectionWords(section));
        return "zoomed";
      }
      if (camera.seatPx < (isFinger ? FINGER_PX : MOUSE_PX)) {
        camera.glide({ x: plan.x[seat], y: plan.y[seat], scale: (FINGER_PX + 5) / plan.pitch });
        return "zoomed";
      }
      keys.at = { seat };
      choose(seat);
      return "";
    },
    hover(x, y) {
      const { section, seat } = x === null ? {} : under(x, y, Math.max(6, camera.seatPx * 0.6));
      const text = section ? sectionWords(section) : (seat ?? null) !== null ? seatWords(seat) : "";
      view.toggleAttribute("data-over", Boolean(text));
      tip.hidden = !text;
      if (!text) return;
      tip.textContent = text;
      const [width, height] = [tip.offsetWidth, tip.offsetHeight];
      const left = Math.min(camera.width - width - 4, Math.max(4, x - width / 2));
      tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(y - height - 14 < 4 ? y + 20 : y - height - 14)}px)`;
    },
  });

  house.addEventListener("change", () => drawing.ask());
  house.addEventListener("lost", ({ detail }) => {
    const text = detail.map((seat) => `${list.where(seat)}: ${words.lost}`).join(". ");
    speak(text);
    document.dispatchEvent(new CustomEvent("ui:toast", { detail: text }));
  });
  document.addEventListener("seats:most", tellMost);

  for (const button of map.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => {
      const { scale } = camera;
      if (button.dataset.zoom === "all") camera.whole();
      else camera.glide({ scale: button.dataset.zoom === "in" ? scale * 1.7 : scale / 1.7 });
    });
  }
  for (const button of form.querySelectorAll("[data-category]")) {
    button.addEventListener("click", () => {
      house.look(button.dataset.category);
      for (const each of form.querySelectorAll("[data-category]")) each.ariaPressed = String(each.dataset.category === house.category);
    });
  }

  const dress = () => drawing.dress();
  for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"]) matchMedia(query).addEventListener("change", dress);
  new ResizeObserver(([{ contentRect }]) => drawing.resize(contentRect.width, contentRect.height)).observe(view);
  waits.hidden = true;
  if (house.chosen.size) showChosen(plan, house, camera);

  let isSilent = false;
  await follow(told.free, {
    told(bits, planNumber) {
      isSilent = false;
      if (planNumber > told.planNumber) anew();
      // The gate may not have heard of the page's plan yet: what it says is of other seats.
      else if (planNumber === told.planNumber) house.learn(bits);
    },
    failed() {
      if (!isSilent) speak(words.cannotTell);
      isSilent = true;
    },
  });
  map.dataset.ready = "";
}

// The plan is another one now: the page comes again with what is chosen, which is found in it as far as it is there.
function anew() {
  document.dispatchEvent(new CustomEvent("ui:toast", { detail: words.changed }));
  const query = new URLSearchParams([["plan", told.planId], ...new FormData(form).getAll("seat").map((seat) => ["seat", seat])]);
  location.assign(`?${query}`);
}

function showChosen(plan, house, camera) {
  const seats = [...house.chosen];
  const around = 8 * plan.pitch;
  const xs = seats.map((seat) => plan.x[seat]);
  const ys = seats.map((seat) => plan.y[seat]);
  const { width, height } = map.getBoundingClientRect();
  camera.resize(width, height);
  camera.show(
    { left: Math.min(...xs) - around, top: Math.min(...ys) - around, right: Math.max(...xs) + around, bottom: Math.max(...ys) + around },
    { most: 28 },
  );
}

begin().catch((error) => {
  waits.hidden = false;
  waits.textContent = words.cannotLoad;
  console.error(error);
});

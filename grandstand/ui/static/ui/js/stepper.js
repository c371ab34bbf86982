// Buttons beside a number. Without this module the number is typed, and the browser keeps it within its bounds.

document.addEventListener("click", (event) => {
  const button = event.target.closest(".stepper button");
  if (!button) return;
  const input = button.closest(".stepper").querySelector("input");
  const before = input.value;
  if (button.value === "more") input.stepUp();
  else input.stepDown();
  settle(input);
  if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("input", (event) => {
  if (event.target.matches(".stepper input")) settle(event.target);
});

export function settle(input) {
  const [less, more] = input.closest(".stepper").querySelectorAll("button");
  less.disabled = input.valueAsNumber <= Number(input.min);
  more.disabled = input.valueAsNumber >= Number(input.max);
}

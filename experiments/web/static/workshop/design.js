/* Designing a scheme: the levers of the lesson, and what the runs say about each attempt. */

import { h } from "../lib/dom.js";
import { difference, interval, level, perCent, plainNumber } from "../lib/numbers.js";
import { named, t } from "../lib/words.js";
import { problem, sheet, u } from "./common.js";

const unitOf = (outcome) => (outcome.share ? "share" : "-");

export function designSheet(lesson, last, tryIt) {
  const values = Object.fromEntries(lesson.levers.map((lever) => [lever.path, last?.[lever.path] ?? lever.start]));
  const state = h("p", { class: "state", role: "status", id: "design-state" });
  const holder = h("div", {});
  const draw = () => holder.replaceChildren(...lesson.levers.map((lever, index) => control(lever, index, values)));
  draw();
  const button = h("button", { class: "button primary large", type: "submit", id: "try-it" }, u("try_it"));
  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    state.className = "state";
    state.textContent = u("trying");
    try {
      await tryIt(values);
    } catch (error) {
      state.className = "state bad";
      state.textContent = problem(error);
    }
    button.disabled = false;
  }
  return sheet(
    "design",
    u("design_title"),
    h("p", { class: "lead" }, lesson.task),
    h("p", { class: "quiet" }, u("design_start", { scheme: lesson.from })),
    h(
      "form",
      { onsubmit: submit, class: "stack" },
      holder,
      h("div", { class: "buttons" }, button, h("button", { class: "button", type: "button", onclick: () => { for (const lever of lesson.levers) values[lever.path] = lever.start; draw(); } }, u("reset"))),
      state,
    ),
  );
}

const told = (lever, value) => (lever.share ? perCent(plainNumber(100 * value)) : `${plainNumber(value)}${lever.unit ? ` ${lever.unit}` : ""}`);

function control(lever, index, values) {
  const id = `lever-${index}`;
  if (lever.choices) {
    const was = lever.choices.find((one) => one.value === lever.start)?.title ?? "";
    return h(
      "div",
      { class: "lever" },
      h("label", { for: id }, lever.title),
      h("select", { id, onchange: (event) => { values[lever.path] = event.target.value; } }, lever.choices.map((one) => h("option", { value: one.value, selected: one.value === values[lever.path] }, one.title))),
      h("p", { class: "was" }, named(t("workshop.lever_start"), was)),
    );
  }
  const output = h("output", { for: id }, told(lever, values[lever.path]));
  const range = h("input", {
    type: "range", id, min: lever.low, max: lever.high, step: lever.step, value: values[lever.path], "aria-valuetext": told(lever, values[lever.path]),
    oninput: (event) => {
      values[lever.path] = Number(Number(event.target.value).toPrecision(9));
      output.textContent = told(lever, values[lever.path]);
      event.target.setAttribute("aria-valuetext", output.textContent);
    },
  });
  return h("div", { class: "lever" }, h("label", { for: id }, lever.title), output, range, h("p", { class: "was" }, named(t("workshop.lever_start"), told(lever, lever.start))));
}

/* The attempts, newest first: every outcome with its difference to the lesson's baseline. */
export function showAttempts(lesson, designs) {
  if (!designs.length) return null;
  const state = document.getElementById("design-state");
  if (state && designs.at(-1).replicates) state.textContent = "";
  const baseline = lesson.schemes.find((scheme) => scheme.baseline).title;
  return sheet(
    "attempts-sheet",
    u("attempts"),
    h("p", { class: "quiet" }, u("against", { baseline })),
    [...designs].reverse().slice(0, 6).map((design) => attempt(lesson, design)),
  );
}

function attempt(lesson, design) {
  const changed = lesson.levers.filter((lever) => design.values[lever.path] !== undefined && design.values[lever.path] !== lever.start);
  const words = changed.map((lever) => named(lever.title, lever.choices ? lever.choices.find((one) => one.value === design.values[lever.path])?.title : told(lever, design.values[lever.path])));
  return h(
    "article",
    { class: "attempt" },
    h("h3", {}, u("attempt", { n: design.number }), h("em", {}, ` ${design.replicates ? u("replicates", { n: design.replicates }) : u("trying")}`)),
    words.length ? h("p", { class: "quiet" }, words.join(" · ")) : null,
    h("ul", { class: "facts" }, lesson.outcomes.map((outcome) => (design.shown[outcome.name] ? fact(outcome, design.shown[outcome.name]) : null))),
  );
}

function fact(outcome, [mean, gap, low, high]) {
  const unit = unitOf(outcome);
  const settled = low !== null && (low > 0 || high < 0);
  const kind = !settled || !outcome.better ? "" : outcome.better * gap > 0 ? " better" : " worse";
  const half = low === null ? Infinity : (high - low) / 2;
  return h("li", { class: `fact${kind}` }, h("span", {}, outcome.title), h("strong", {}, level(unit, mean, gap ?? Infinity)), h("span", {}, gap === null ? "" : `${difference(unit, gap, half)} ${interval(unit, low, high)}`));
}


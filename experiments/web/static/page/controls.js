/* The editor of one scheme: controls made out of the model, grouped by the links of the closed loop. */

import { $, fill, h, newId } from "../lib/dom.js";
import { aside, called, filled, listed, sentence, t } from "../lib/words.js";
import { plainNumber } from "../lib/numbers.js";
import { isOfEditor, problemTold, tasksTold } from "./design.js";
import { LETTERS } from "./state.js";

const LINKS = ["plan", "process", "appraisal", "communication", "application", "superior"];
const AS_PER_CENT = new Set(["share", "attainment"]);
const open = { links: new Set(["process"]), more: new Set() };

/* What must change together with a way of scoring, so that the scheme stays whole. */
const COMPANIONS = {
  medal: { medal_points: 0.2 },
  milestones: { steps: 4 },
};
const LEFT = { medal: { medal_points: 0 }, milestones: { steps: 1 } };

let shown = new Map();

export function editor(page) {
  shown = new Map();
  const told = page.told[page.state.sel];
  const focused = document.activeElement?.id;
  fill(
    $("#editor"),
    h("h3", { class: "editor-title" }, t("page.editor.title", { letter: LETTERS[page.state.sel] })),
    LINKS.map((link) => linkPart(page, told, link)),
  );
  if (focused) document.getElementById(focused)?.focus();
}

function linkPart(page, told, link) {
  const controls = page.start.controls.filter((one) => one.link === link && !one.path.includes("*"));
  const [first, rest] = [controls.filter((one) => one.first), controls.filter((one) => !one.first)];
  const count = h("span", { class: "count", "data-link": link });
  return h(
    "details",
    { class: "link-part", id: `link-${link}`, open: open.links.has(link), ontoggle: (event) => remember(open.links, link, event.target.open) },
    h("summary", {}, h("span", { class: "link-title" }, t(`link.${link}.title`)), h("span", { class: "quiet" }, t(`link.${link}.about`)), count),
    h(
      "div",
      { class: "link-body" },
      link === "plan" ? indicators(page, told) : null,
      first.map((one) => control(page, one, one.path)),
      rest.length
        ? h(
            "details",
            { class: "more", open: open.more.has(link), ontoggle: (event) => { event.stopPropagation(); remember(open.more, link, event.target.open); } },
            h("summary", {}, t("page.editor.more", { n: rest.length })),
            rest.map((one) => control(page, one, one.path)),
          )
        : null,
    ),
  );
}

function remember(set, name, isOpen) {
  if (isOpen) set.add(name);
  else set.delete(name);
}

function indicators(page, told) {
  const parts = page.start.controls.filter((one) => one.path.includes("*"));
  return h(
    "div",
    { class: "indicators", "data-path": "plan.indicators" },
    h("ul", { class: "advice", "data-advice": "plan.indicators" }),
    Object.entries(told.indicators).map(([name, one]) =>
      h(
        "fieldset",
        { class: "indicator" },
        h("legend", {}, t("page.editor.indicator", { name: one.title })),
        h("p", { class: "quiet" }, t("page.editor.about_tasks", { tasks: tasksTold(one.tasks, page.bureau) })),
        h("ul", { class: "advice", "data-advice": `plan.indicators.${name}.tasks` }),
        parts.filter((part) => part.first).map((part) => control(page, part, part.path.replace("*", name))),
        h(
          "details",
          { class: "more", open: open.more.has(name), ontoggle: (event) => { event.stopPropagation(); remember(open.more, name, event.target.open); } },
          h("summary", {}, t("page.editor.more", { n: parts.filter((part) => !part.first).length })),
          parts.filter((part) => !part.first).map((part) => control(page, part, part.path.replace("*", name))),
        ),
      ),
    ),
  );
}

function control(page, about, path) {
  const [id, helpId, adviceId] = [`c-${path.replaceAll(".", "-")}`, newId("help"), newId("advice")];
  const factor = AS_PER_CENT.has(about.unit) ? 100 : 1;
  const label = h("label", { for: id, id: `${id}-label` }, t(`${about.key}.title`));
  const help = h("p", { class: "help", id: helpId, hidden: true });
  const helper = h(
    "button",
    {
      type: "button", class: "help-button", "aria-expanded": "false", "aria-controls": helpId, "aria-label": t("page.editor.help", { element: t(`${about.key}.title`) }),
      onclick: () => {
        help.hidden = !help.hidden;
        helper.setAttribute("aria-expanded", String(!help.hidden));
      },
    },
    "?",
  );
  const reset = h(
    "button",
    { type: "button", class: "reset", hidden: true, "aria-label": t("page.editor.reset", { element: t(`${about.key}.title`) }), onclick: () => back(page, path) },
    t("page.editor.back"),
  );
  const advice = h("ul", { class: "advice", id: adviceId, "data-advice": path });
  const fields = about.kind === "choice" ? [chooser(page, about, path, id)] : numbers(page, about, path, id, factor, adviceId);
  shown.set(path, { about, factor, fields, help, reset, advice, entry: null });
  const entry = h(
    "div",
    { class: `control kind-${about.kind}`, "data-path": path },
    h("div", { class: "control-head" }, label, helper, reset),
    h("div", { class: "control-row" }, fields, about.kind === "choice" ? null : h("span", { class: "unit" }, unitTold(about))),
    help,
    advice,
  );
  shown.get(path).entry = entry;
  return entry;
}

function unitTold(about) {
  if (AS_PER_CENT.has(about.unit)) return "%";
  return about.unit ? t(`unit.${about.unit}`) : "";
}

function chooser(page, about, path, id) {
  return h(
    "select",
    { id, onchange: (event) => setChoice(page, path, event.target.value) },
    about.choices.map((choice) => h("option", { value: choice }, t(`choice.${choice}`))),
  );
}

function numbers(page, about, path, id, factor, adviceId) {
  const set = (event, wait) => {
    const value = Number(event.target.value) / factor;
    if (event.target.value === "" || !Number.isFinite(value)) return;
    const kept = Math.min(Math.max(value, about.low), about.high ?? Infinity);
    const rounded = about.kind === "whole" ? Math.round(kept) : Number(kept.toPrecision(8));
    for (const other of shown.get(path).fields) if (other !== event.target) other.value = plainNumber(rounded * factor);
    page.change((state) => { state.schemes[state.sel].changes[path] = rounded; }, { wait });
    markChanged(page, path, rounded);
  };
  const low = Math.max(about.low, about.low < -1 ? 0 : about.low);
  const slider = h("input", {
    type: "range", id, min: plainNumber(low * factor), max: plainNumber(about.soft * factor), step: plainNumber(about.step * factor),
    "aria-describedby": adviceId, oninput: (event) => set(event, 90),
  });
  const number = h("input", {
    type: "number", "aria-label": t("page.editor.number", { element: t(`${about.key}.title`) }), min: plainNumber(about.low * factor),
    max: about.high === null ? null : plainNumber(about.high * factor), step: "any", inputmode: "decimal", onchange: (event) => set(event, 0),
  });
  return [slider, number];
}

function setChoice(page, path, value) {
  page.change((state) => {
    const { changes } = state.schemes[state.sel];
    const before = page.told[state.sel].values[path];
    changes[path] = value;
    if (path.endsWith(".scoring")) {
      const above = path.slice(0, -"scoring".length);
      for (const [key, one] of Object.entries({ ...LEFT[before], ...COMPANIONS[value] })) changes[above + key] = one;
    }
  }, { wait: 0 });
  markChanged(page, path, value);
}

function back(page, path) {
  page.change((state) => { delete state.schemes[state.sel].changes[path]; }, { wait: 0 });
  shown.get(path)?.fields[0].focus();
}

function markChanged(page, path, value) {
  const told = page.told[page.state.sel];
  const one = shown.get(path);
  const isChanged = value !== told.before[path];
  one.entry.classList.toggle("is-changed", isChanged);
  one.reset.hidden = !isChanged;
}

/* Values, sources, advice and refusals into the controls that are there; what somebody is typing in stays as it is. */
export function updateEditor(page) {
  const told = page.told[page.state.sel];
  const { changes } = page.state.schemes[page.state.sel];
  for (const [path, one] of shown) {
    const value = path in changes ? changes[path] : told.values[path];
    for (const field of one.fields) {
      if (field === document.activeElement && field.type === "number") continue;
      const written = one.about.kind === "choice" ? value : plainNumber(value * one.factor);
      if (field.value !== String(written)) field.value = written;
    }
    one.entry.classList.toggle("is-filled", !(path in changes) && value !== told.before[path]);
    markChanged(page, path, value);
    one.reset.hidden = !(path in changes) || value === told.before[path];
    fill(one.help, helpTold(one, path, told));
  }
  for (const place of document.querySelectorAll("#editor [data-advice]")) fill(place, adviceAt(page, told, place.dataset.advice));
  for (const count of document.querySelectorAll("#editor .count")) countIn(count, told, changes);
}

function helpTold(one, path, told) {
  const { about } = one;
  const parts = [t(`${about.key}.meaning`)];
  if (about.kind !== "choice") {
    const high = about.high === null ? "" : plainNumber(about.high * one.factor);
    parts.push(t("page.editor.bounds", { low: plainNumber(about.low * one.factor), high: high || "∞", unit: unitTold(about) }));
  }
  if (about.share_of) parts.push(t("page.editor.share"));
  const source = told.sources[path];
  if (source && told.values[path] === told.before[path]) {
    const from = source.sources.length ? t("page.editor.source", { source: listed(source.sources), status: t(`page.status.${source.status || "assumed"}`) }) : "";
    parts.push(`${from}${source.note ? ` — ${source.note}` : ""}`);
  }
  return parts.filter(Boolean).map((part) => h("span", { class: "help-part" }, part));
}

function adviceAt(page, told, path) {
  const findings = page.problems.filter((one) => isOfEditor(page, one) && one.path.slice(2) === path);
  const advice = told.advice.filter((one) => nearest(one.path) === path);
  return [
    ...findings.map((one) => h("li", { class: "refused" }, h("strong", {}, t("page.refused")), " ", problemTold({ ...one, path: "" }))),
    ...advice.map((one) =>
      h(
        "li",
        {},
        h("details", {},
          h("summary", {}, called(one.problem)),
          h("p", {}, one.found ? sentence(foundTold(one)) : "", one.why ? sentence(`${called(one.why)}${one.source ? aside(one.source) : ""}`) : ""),
          one.hint ? h("p", {}, h("strong", {}, t("page.advice.try")), t("describe.space"), called(one.hint)) : null),
      ),
    ),
  ];
}

/* What was found: a sentence of ours with numbers and names in it, or names alone. */
function foundTold(one) {
  return one.said ? filled(called(one.said.template), one.said.parts) : one.found;
}

/* The control that a finding touches, or the nearest one that is shown. */
function nearest(path) {
  const known = (one) => document.querySelector(`#editor [data-advice="${CSS.escape(one)}"]`) !== null;
  let at = path;
  while (at && !known(at)) at = at.includes(".") ? at.slice(0, at.lastIndexOf(".")) : "";
  if (at) return at;
  return [...shown.keys()].find((one) => one.startsWith(`${path}.`)) ?? "";
}

function countIn(place, told, changes) {
  const { link } = place.dataset;
  const changed = Object.keys(changes).filter((path) => path.startsWith(`${link}.`) && changes[path] !== told.before[path]).length;
  const advice = told.advice.filter((one) => one.path.startsWith(link)).length;
  fill(place,
    changed ? h("span", { class: "pill changed" }, t("page.editor.changed_n", { n: changed })) : null,
    advice ? h("span", { class: "pill warn" }, t("page.editor.advice_n", { n: advice })) : null);
}

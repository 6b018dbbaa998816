/* The places of the results, the line that says how far the numbers are, and panels with a heading and an explanation. */

import { $, fill, h } from "../lib/dom.js";
import { called, named, t } from "../lib/words.js";
import { badge } from "../lib/charts.js";
import { LETTERS } from "./state.js";

const PANELS = ["outcomes", "tradeoff", "winners", "lines", "picture", "cadre", "everything"];

export function showFrame(page) {
  const parts = PANELS.map((name) =>
    h(
      "section",
      { class: `panel panel-${name}`, id: name, "aria-labelledby": `${name}-title` },
      h(
        "div",
        { class: "panel-head" },
        h("h2", { id: `${name}-title` }, t(`page.${name}.title`)),
        h("p", { class: "quiet" }, t(`page.${name}.about`)),
      ),
      h("div", { class: "panel-body", id: `${name}-body` }),
    ),
  );
  fill($("#results"), h("div", { class: "statusbar", id: "status" }), parts);
}

export function showStatus(page) {
  const most = page.start.steps.at(-1);
  const n = page.run?.replicates ?? 0;
  const share = page.phase === "settled" ? 1 : page.phase === "working" ? 0.04 : n / most;
  const state = t(`page.phase.${phaseTold(page)}`, { n, most });
  const legend = page.state.schemes.map((_, index) =>
    h("li", {}, badge(LETTERS[index]), h("span", {}, page.title(index), index === 0 ? h("em", {}, ` ${t("page.baseline")}`) : null)),
  );
  const bar = h("progress", { max: 1, value: share, "aria-label": state });
  const shown = $("#status");
  if (!shown) return;
  fill(
    shown,
    h("ul", { class: "legend", "aria-label": t("page.schemes") }, legend),
    h("p", { class: `phase phase-${page.phase}` }, bar, h("span", { id: "phase" }, state)),
  );
  document.body.dataset.phase = page.phase;
  if (!page.run) showNothingYet(page);
}

const cameToNothing = (page) => !page.run && ["refused", "failed"].includes(page.phase);
const phaseTold = (page) => (cameToNothing(page) ? `${page.phase}_first` : page.phase);

/* Before the first numbers: what the panels wait for, or that there is nothing to wait for. */
function showNothingYet(page) {
  const text = t(cameToNothing(page) ? "page.no_numbers" : "page.waiting");
  for (const name of PANELS) fill($(`#${name}-body`), h("p", { class: "quiet" }, text));
}

/* Which of the schemes is looked at closely: buttons that look like the legend. */
export function schemePicker(page, chosen, choose, { withBaseline = true, label } = {}) {
  return h(
    "div",
    { class: "picker", role: "group", "aria-label": label ?? t("page.pick_scheme") },
    page.state.schemes.map((_, index) =>
      index === 0 && !withBaseline
        ? null
        : h(
            "button",
            { type: "button", "aria-pressed": index === chosen ? "true" : "false", onclick: () => choose(index) },
            badge(LETTERS[index]),
            " ",
            h("span", { class: "picker-title" }, page.title(index)),
          ),
    ),
  );
}

/* What a unit is called, from its path in the results: `bureau/branch/section`. */
export function unitCalled(page, path) {
  const parts = path.split("/");
  const titles = page.bureau?.titles ?? {};
  const title = titles[parts.slice(-2).join("/")] ?? titles[parts.at(-1)];
  const own = parts.at(-1);
  return called(title ?? own) !== own ? called(title ?? own) : own.replaceAll("_", " ");
}

/* A unit with the branch it belongs to, where its own name does not tell it apart. */
export function unitPlaced(page, path) {
  const parts = path.split("/");
  const titles = page.bureau?.titles ?? {};
  const inBranch = parts.slice(-2).join("/") in titles && parts.length > 2;
  return inBranch ? named(unitCalled(page, parts.slice(0, -1).join("/")), unitCalled(page, path)) : unitCalled(page, path);
}

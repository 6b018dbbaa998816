/* The four headline outcomes: each scheme's difference to the baseline with its interval, and the level behind it. */

import { $, fill, h, s } from "../lib/dom.js";
import { difference, interval, isShare, level } from "../lib/numbers.js";
import { joined, named, t } from "../lib/words.js";
import { axisX, badge, mark, picture, range, scale, tableBeside, widthIn } from "../lib/charts.js";
import { LETTERS } from "./state.js";

export const CARDS = ["burnout_share", "rank_agreement", "inflation", "goal_attainment"];
const [ROW, TOP] = [24, 8];

let width = 320;

export function showOutcomes(page) {
  width = widthIn($("#outcomes-body .card"), 300, 520);
  fill(
    $("#outcomes-body"),
    h("div", { class: "cards" }, CARDS.map((name) => card(page, name))),
    page.run.schemes.length > 2
      ? h("p", { class: "quiet key", "aria-hidden": "true" }, ["better", "worse", "open"].map((one) => h("span", { class: `verdict-${one}` }, t(`page.verdict.${one}`))))
      : null,
    tableBeside(t("page.outcomes.title"), heads(), rows(page, CARDS), $("#outcomes-body .beside")?.open),
  );
  glance(page);
  const drawn = widthIn($("#outcomes-body .card"), width, 520);
  if (Math.abs(drawn - width) > 24) showOutcomes(page);
}

/* On a phone: the picked scheme's four figures at the lower edge. */
function glance(page) {
  const index = Math.max(1, Math.min(page.state.sel, page.run.schemes.length - 1));
  const scheme = page.run.schemes[index];
  if (!scheme) return;
  fill($("#glance"), h("b", { class: "unseen" }, t("page.glance.about", { letter: scheme.letter })), CARDS.map((name) => {
    const told = scheme.outcomes[name];
    const { unit } = page.outcome(name);
    return h("span", {}, t(`page.glance.${name}`), h("strong", {}, difference(unit, told.difference, half(told), false), isShare(unit) ? h("small", {}, ` ${t("page.glance.pp")}`) : null));
  }));
}

export function verdict(outcome, told) {
  if (told.low === null || told.high === null) return "missing";
  if (told.low === 0 && told.high === 0) return "same";
  if (told.low <= 0 && told.high >= 0) return "open";
  if (outcome.better === 0) return told.low > 0 ? "more" : "less";
  return Math.sign(told.difference) === outcome.better ? "better" : "worse";
}

function card(page, name) {
  const outcome = page.outcome(name);
  const [baseline, ...others] = page.run.schemes.map((scheme) => scheme.outcomes[name]);
  const title = t(`outcome.${name}.title`);
  return h(
    "article",
    { class: "card", "aria-labelledby": `card-${name}`, "data-outcome": name },
    h(
      "header",
      {},
      h("h3", { id: `card-${name}` }, t(`page.cards.${name}`)),
      h("p", { class: "way" }, t(outcome.better > 0 ? "page.more_is_better" : "page.less_is_better")),
    ),
    h("p", { class: "meaning" }, t(`page.cards.${name}_meaning`)),
    h(
      "ul",
      { class: "differences" },
      others.map((told, index) => {
        const letter = LETTERS[index + 1];
        const found = verdict(outcome, told);
        return h(
          "li",
          { class: `difference is-${found}`, "data-letter": letter },
          badge(letter),
          h("span", { class: "unseen" }, named(page.title(index + 1), "")),
          h("strong", { class: "figure" }, difference(outcome.unit, told.difference, half(told), false), isShare(outcome.unit) && told.difference !== null ? h("small", {}, ` ${t("page.pp")}`) : null),
          h("span", { class: "interval" }, interval(outcome.unit, told.low, told.high)),
          h("span", { class: `verdict verdict-${found}`, title: t(`page.verdict.${found}`) }, h("span", {}, t(`page.verdict.${found}`))),
        );
      }),
    ),
    others.length ? strip(page, outcome, others, title) : null,
    h(
      "p",
      { class: "levels" },
      page.run.schemes.map((scheme, index) =>
        h("span", {}, badge(LETTERS[index]), ` ${level(outcome.unit, scheme.outcomes[name].mean)}`),
      ),
    ),
  );
}

const half = (told) => (told.high === null ? Infinity : (told.high - told.low) / 2);

function strip(page, outcome, others, title) {
  const ends = others.flatMap((told) => [told.low, told.high, told.difference]);
  const [low, high] = range(ends, { zero: true });
  const x = scale(low, high, 16, width - 16);
  const bottom = TOP + ROW * others.length;
  const said = others
    .map((told, index) => named(LETTERS[index + 1], `${difference(outcome.unit, told.difference, half(told))} ${interval(outcome.unit, told.low, told.high)}`));
  return picture(
    width,
    bottom + 24,
    t("page.cards.strip", { outcome: title }),
    joined(said),
    axisX(x, low, high, bottom, outcome.unit, { signed: true, top: 2 }),
    others.map((told, index) => {
      const y = TOP + ROW * (index + 0.5);
      if (told.difference === null) return null;
      return s(
        "g",
        { class: `whisker mark-${LETTERS[index + 1]}` },
        told.low === null ? null : s("line", { x1: x(told.low), x2: x(told.high), y1: y, y2: y }),
        mark(LETTERS[index + 1], x(told.difference), y),
      );
    }),
  );
}

export function heads() {
  return [t("page.table.outcome"), t("page.table.scheme"), t("page.table.level"), t("page.table.difference"), t("page.table.interval")];
}

export function rows(page, names) {
  return names.flatMap((name) => {
    const outcome = page.outcome(name);
    return page.run.schemes.map((scheme, index) => {
      const told = scheme.outcomes[name];
      return [
        t(`outcome.${name}.title`),
        `${scheme.letter} ${page.title(index)}`,
        level(outcome.unit, told.mean),
        index ? difference(outcome.unit, told.difference, half(told)) : t("page.baseline"),
        index ? interval(outcome.unit, told.low, told.high) : "",
      ];
    });
  });
}

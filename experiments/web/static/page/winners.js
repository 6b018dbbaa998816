/* Who gains and who loses what: every place compared with itself under the baseline, by group. */

import { $, fill, h, s } from "../lib/dom.js";
import { fixed, percent, perCent } from "../lib/numbers.js";
import { has, joined, listed, named, t } from "../lib/words.js";
import { picture, scale, tableBeside, widthIn } from "../lib/charts.js";
import { schemePicker, unitCalled, unitPlaced } from "./frame.js";

const DIMENSIONS = ["everybody", "sequence", "branch", "ability quartile", "tenure band", "department"];
const chosen = { dimension: "sequence", measure: "pay" };
const ROW = 30;
let [WIDTH, LEFT] = [560, 200];

export function showWinners(page) {
  const body = $("#winners-body");
  WIDTH = widthIn(body, 560, 720);
  LEFT = Math.round(Math.min(200, WIDTH * 0.38));
  if (!page.winners || page.state.schemes.length < 2) {
    fill(body, h("p", { class: "quiet" }, t(page.state.schemes.length < 2 ? "page.winners.two" : "page.waiting")));
    return;
  }
  const place = Math.max(1, Math.min(page.state.sel, page.state.schemes.length - 1));
  const scheme = page.winners.schemes[place - 1];
  if (!scheme) return;
  const open = $(".beside", body)?.open;
  const dimensions = DIMENSIONS.filter((name) => scheme.groups.some((group) => group.dimension === name) && name !== "everybody");
  const dimension = dimensions.includes(chosen.dimension) ? chosen.dimension : dimensions[0];
  const groups = scheme.groups.filter((group) => group.dimension === dimension || group.dimension === "everybody");
  const again = () => showWinners(page);
  const measure = page.winners.measures.find((one) => one.name === chosen.measure) ?? page.winners.measures[0];
  const pick = (id, label, options, value, name) =>
    h(
      "label",
      { class: "field" },
      h("span", {}, label),
      h(
        "select",
        { id, onchange: (event) => { chosen[name] = event.target.value; again(); document.getElementById(id).focus(); } },
        options.map((one) => h("option", { value: one, selected: one === value }, t(`page.winners.${name}.${one.replace(" ", "_")}`))),
      ),
    );
  fill(
    body,
    schemePicker(page, place, (index) => page.look((state) => { state.sel = index; }, { rebuild: true }), { withBaseline: false }),
    h(
      "div",
      { class: "row-fields" },
      pick("winners-measure", t("page.winners.what"), page.winners.measures.map((one) => one.name), measure.name, "measure"),
      pick("winners-dimension", t("page.winners.by"), dimensions, dimension, "dimension"),
    ),
    h("p", { class: "sentence" }, sentence(page, scheme, measure, place)),
    chart(page, groups, measure, place),
    tableBeside(
      t("page.winners.title"),
      [t("page.winners.group"), ...["raised", "lowered", "change"].map((way) => t(`page.winners.${way}`)), t("page.winners.other")],
      groups.map((group) => [
        groupName(page, group),
        ...["raised", "lowered"].map((way) => share(group.measures[measure.name]?.[way])),
        changeTold(group.measures[measure.name]?.change, measure),
        share(group.other),
      ]),
      open,
    ),
  );
}

function groupName(page, group) {
  if (group.dimension === "everybody") return t("page.winners.everybody");
  const key = `page.group.${group.group.replaceAll(" ", "_")}`;
  if (has(key)) return t(key);
  return group.dimension === "department" ? unitPlaced(page, group.group) : unitCalled(page, group.group);
}

const shown = (value) => (value === null || value === undefined ? t("page.missing") : percent(100 * value, 1));

function share(ends) {
  return !ends || ends[0] === null ? t("page.missing") : `${shown(ends[0])} [${fixed(100 * (ends[1] ?? 0), 1)}, ${fixed(100 * (ends[2] ?? 0), 1)}]`;
}

function changeTold(ends, measure) {
  if (!ends || ends[0] === null) return t("page.missing");
  return `${fixed(ends[0], 3, true)} [${fixed(ends[1], 3, true)}, ${fixed(ends[2], 3, true)}] ${t(`page.winners.unit.${measure.name}`)}`;
}

function sentence(page, scheme, measure, place) {
  const everybody = scheme.groups.find((group) => group.dimension === "everybody");
  const told = everybody?.measures[measure.name];
  if (!told) return "";
  return t(`page.winners.sentence.${measure.name}`, {
    scheme: page.title(place),
    raised: share(told.raised),
    lowered: share(told.lowered),
    change: changeTold(told.change, measure),
    n: page.winners.replicates,
  });
}

function chart(page, groups, measure, place) {
  const letter = page.run.schemes[place]?.letter ?? "B";
  const x = scale(-1, 1, LEFT, WIDTH - 16);
  const bottom = 24 + ROW * groups.length;
  const said = groups
    .map((group) => named(groupName(page, group), listed(["raised", "lowered"].map((way) => `${t(`page.winners.${way}`)} ${share(group.measures[measure.name]?.[way])}`))));
  const ticks = [-1, -0.5, 0, 0.5, 1];
  return picture(
    WIDTH,
    bottom + 22,
    t("page.winners.picture", { measure: t(`page.winners.measure.${measure.name}`), scheme: page.title(place) }),
    joined(said),
    s("text", { class: "side", x: x(-0.04), y: 14, "text-anchor": "end" }, t("page.winners.lowered")),
    s("text", { class: "side", x: x(0.04), y: 14 }, t("page.winners.raised")),
    ticks.map((value) =>
      s("g", { class: "tick" }, s("line", { class: value === 0 ? "zero" : "grid", x1: x(value), x2: x(value), y1: 22, y2: bottom }),
        s("text", { x: x(value), y: bottom + 16, "text-anchor": "middle" }, perCent(Math.abs(value) * 100))),
    ),
    groups.map((group, index) => {
      const y = 24 + ROW * index;
      const { raised, lowered } = group.measures[measure.name] ?? {};
      return s(
        "g",
        { class: group.dimension === "everybody" ? "row-all" : "row" },
        s("text", { x: LEFT - 12, y: y + ROW / 2 + 4, "text-anchor": "end" }, shortened(groupName(page, group))),
        bar(x, 0, raised, y, `bar-${letter}`),
        bar(x, 0, lowered, y, `bar-${letter} bar-down`, -1),
      );
    }),
  );
}

const shortened = (text) => (text.length > (LEFT - 12) / 7 ? `${text.slice(0, Math.floor((LEFT - 12) / 7) - 1)}…` : text);

function bar(x, from, ends, y, kind, sign = 1) {
  if (!ends || ends[0] === null) return null;
  const [left, right] = sign > 0 ? [x(0), x(ends[0])] : [x(-ends[0]), x(0)];
  const middle = y + ROW / 2;
  return s(
    "g",
    {},
    s("rect", { class: `bar ${kind}`, x: left, y: y + 6, width: Math.max(right - left, 0.5), height: ROW - 12, rx: 2 }),
    ends[1] === null ? null : s("line", { class: "ci", x1: x(sign * ends[1]), x2: x(sign * ends[2]), y1: middle, y2: middle }),
  );
}

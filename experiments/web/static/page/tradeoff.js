/* The map of trade-offs: two outcomes, every scheme a mark with the intervals of both differences. */

import { $, fill, h, s } from "../lib/dom.js";
import { difference, interval } from "../lib/numbers.js";
import { aside, joined, listed, named, t } from "../lib/words.js";
import { axisX, axisY, mark, picture, range, scale, tableBeside, widthIn } from "../lib/charts.js";
import { LETTERS } from "./state.js";

const SHOWN = ["burnout_share", "rank_agreement", "justice_procedural", "inflation", "goal_attainment", "bonus_cost", "exit_share", "taxpayer_satisfaction"];
const [LEFT, BOTTOM, TOP, RIGHT] = [62, 52, 18, 18];
let [WIDTH, HEIGHT] = [520, 380];

export function showTradeoff(page) {
  const { x, y } = page.state;
  const names = SHOWN.filter((name) => page.outcome(name));
  const [across, up] = [names.includes(x) ? x : "goal_attainment", names.includes(y) ? y : "burnout_share"];
  const body = $("#tradeoff-body");
  WIDTH = widthIn(body, 520, 720);
  HEIGHT = Math.round(Math.max(280, Math.min(400, WIDTH * 0.72)));
  const open = $(".beside", body)?.open;
  fill(
    body,
    h("div", { class: "row-fields" }, axisPicker(page, "x", across, names), axisPicker(page, "y", up, names)),
    map(page, across, up),
    tableBeside(
      t("page.tradeoff.title"),
      [t("page.table.scheme"), t(`outcome.${across}.title`), t(`outcome.${up}.title`)],
      page.run.schemes.map((scheme, index) => [
        `${scheme.letter} ${page.title(index)}`,
        ...[across, up].map((name) => told(page, scheme.outcomes[name], name, index)),
      ]),
      open,
    ),
  );
}

function told(page, one, name, index) {
  if (index === 0) return t("page.baseline");
  const { unit } = page.outcome(name);
  return `${difference(unit, one.difference)} ${interval(unit, one.low, one.high)}`;
}

function axisPicker(page, axis, chosen, names) {
  return h(
    "label",
    { class: "field" },
    h("span", {}, t(`page.tradeoff.${axis}`)),
    h(
      "select",
      { id: `axis-${axis}`, onchange: (event) => { const { value } = event.target; page.look((state) => { state[axis] = value; }); $(`#axis-${axis}`).focus(); } },
      names.map((name) => h("option", { value: name, selected: name === chosen }, t(`outcome.${name}.title`))),
    ),
  );
}

function map(page, across, up) {
  const [ox, oy] = [page.outcome(across), page.outcome(up)];
  const points = page.run.schemes.map((scheme) => ({ x: scheme.outcomes[across], y: scheme.outcomes[up], letter: scheme.letter }));
  const [xl, xh] = range(points.flatMap(({ x }) => [x.low, x.high, x.difference]), { zero: true });
  const [yl, yh] = range(points.flatMap(({ y }) => [y.low, y.high, y.difference]), { zero: true });
  const x = scale(xl, xh, LEFT, WIDTH - RIGHT);
  const y = scale(yl, yh, HEIGHT - BOTTOM, TOP);
  const said = points
    .slice(1)
    .map((point) => named(point.letter, listed([[across, point.x], [up, point.y]].map(([name, one]) => `${t(`outcome.${name}.title`)} ${told(page, one, name, 1)}`))));
  const taken = points
    .filter((point) => point.x.difference !== null && point.y.difference !== null)
    .map((point, index) => [x(index ? point.x.difference : 0), y(index ? point.y.difference : 0)]);
  const spans = points
    .filter((point) => point.x.difference !== null && point.y.difference !== null)
    .map((point, index) => spanOf(point, index, x, y));
  return picture(
    WIDTH,
    HEIGHT,
    t("page.tradeoff.picture", { x: t(`outcome.${across}.title`), y: t(`outcome.${up}.title`) }),
    joined(said),
    betterCorner(ox, oy, x, y, [xl, xh], [yl, yh], spans),
    axisX(x, xl, xh, HEIGHT - BOTTOM, ox.unit, { signed: true, top: TOP, count: 5 }),
    axisY(y, yl, yh, LEFT, oy.unit, { signed: true, right: WIDTH - RIGHT, count: 5 }),
    s("text", { class: "axis-title", x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 10, "text-anchor": "middle" }, title(across, ox)),
    s("text", { class: "axis-title", x: 14, y: (TOP + HEIGHT - BOTTOM) / 2, "text-anchor": "middle", transform: `rotate(-90 14 ${(TOP + HEIGHT - BOTTOM) / 2})` }, title(up, oy)),
    points.map((point, index) => {
      if (point.x.difference === null || point.y.difference === null) return null;
      const [cx, cy] = [x(index ? point.x.difference : 0), y(index ? point.y.difference : 0)];
      const label = placed(cx, cy, taken);
      return s(
        "g",
        { class: `whisker mark-${point.letter}` },
        index && point.x.low !== null ? s("line", { x1: x(point.x.low), x2: x(point.x.high), y1: cy, y2: cy }) : null,
        index && point.y.low !== null ? s("line", { x1: cx, x2: cx, y1: y(point.y.low), y2: y(point.y.high) }) : null,
        mark(point.letter, cx, cy, 6.5),
        s("text", { class: "mark-label", ...label }, LETTERS[index]),
      );
    }),
  );
}

/* Where a letter stands beside its mark so that it covers no other mark or letter; `taken` grows by it. */
function placed(cx, cy, taken) {
  const places = [[10, -8, "start"], [10, 17, "start"], [-10, -8, "end"], [-10, 17, "end"], [22, 4, "start"], [-22, 4, "end"]];
  const middle = ([dx, dy, anchor]) => [cx + dx + (anchor === "start" ? 5 : -5), cy + dy - 4];
  const free = (place) => {
    const [mx, my] = middle(place);
    return mx < WIDTH - RIGHT && mx > LEFT && my > TOP - 8 && taken.every(([ox, oy]) => (ox === cx && oy === cy) || Math.hypot(ox - mx, oy - my) > 13);
  };
  const place = places.find(free) ?? places[0];
  taken.push(middle(place));
  return { x: cx + place[0], y: cy + place[1], "text-anchor": place[2] };
}

function title(name, outcome) {
  const unit = ["share", "share of goal", "share of time", "share a year"].includes(outcome.unit) ? t("page.pp") : outcome.unit === "scale" ? t("report.scale_0_1") : t(`unit.${outcome.unit}`);
  return `${t("page.tradeoff.axis", { outcome: t(`outcome.${name}.title`) })}${aside(unit)}`;
}

/* What a mark with its whiskers and letter covers: [left, right, top, bottom] of the horizontal and of the upright bar. */
function spanOf(point, index, x, y) {
  const [cx, cy] = [x(index ? point.x.difference : 0), y(index ? point.y.difference : 0)];
  const ends = (one, at, middle) => (index && one.low !== null ? [at(one.low), at(one.high)] : [middle, middle]);
  const [left, right] = ends(point.x, x, cx);
  const [one, other] = ends(point.y, y, cy);
  return [
    [Math.min(left, cx - 20), Math.max(right, cx + 20), cy - 20, cy + 20],
    [cx - 4, cx + 4, Math.min(one, other), Math.max(one, other)],
  ];
}

/* The corner of the better quarter where its name covers no mark; the outermost one where every corner is taken. */
function cornerOf(text, right, lower, [left, width], [top, height], spans) {
  const long = [...text].reduce((sum, letter) => sum + (letter > "\u2e80" ? 11 : 6.2), 0);
  const corners = [[right, lower], [right, !lower], [!right, lower], [!right, !lower]].map(([atRight, atBottom]) => ({
    atRight, x: atRight ? left + width - 8 : left + 8, y: atBottom ? top + height - 9 : top + 18,
  }));
  const free = (corner) => {
    const [from, to] = corner.atRight ? [corner.x - long, corner.x] : [corner.x, corner.x + long];
    return spans.flat().every(([a, b, c, d]) => b < from - 3 || a > to + 3 || d < corner.y - 12 || c > corner.y + 4);
  };
  return corners.find(free) ?? corners[0];
}

/* A quiet tint over the quarter in which both outcomes are better than the baseline's. */
function betterCorner(ox, oy, x, y, [xl, xh], [yl, yh], spans) {
  if (!ox.better || !oy.better) return null;
  const [x1, x2] = ox.better > 0 ? [0, xh] : [xl, 0];
  const [y1, y2] = oy.better > 0 ? [0, yh] : [yl, 0];
  if (x2 <= x1 || y2 <= y1) return null;
  const [left, top] = [Math.min(x(x1), x(x2)), Math.min(y(y1), y(y2))];
  const [width, height] = [Math.abs(x(x2) - x(x1)), Math.abs(y(y2) - y(y1))];
  const corner = cornerOf(t("page.tradeoff.better"), ox.better > 0, oy.better < 0, [left, width], [top, height], spans);
  return s("g", {}, s("rect", { class: "better", x: left, y: top, width, height }),
    s("text", { class: "better-label", "text-anchor": corner.atRight ? "end" : "start", x: corner.x, y: corner.y }, t("page.tradeoff.better")));
}

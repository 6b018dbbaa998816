/* Pictures and cards that participants, the board and the facilitator all see. */

import { h, newId, s } from "../lib/dom.js";
import { fixed, percent, ticks } from "../lib/numbers.js";
import { range, scale } from "../lib/charts.js";
import { aside, sentence, t } from "../lib/words.js";
import { u } from "./common.js";

const [LEFT, RIGHT, TOP, BOTTOM] = [46, 20, 22, 34];
const WIDE = [760, 470];
const NARROW = [390, 380];
const NAMED = 16;
const REACH = 14; // of a spot around its middle
const LINE = 14; // height of a name

/* The trade-off map: goal attainment across, burnout upwards with less on top. Shapes, letters and numbers beside colours. */
export function tradeoffMap(map) {
  const points = map.points.filter((point) => point.x[0] !== null && point.y[0] !== null);
  const [WIDTH, HEIGHT] = window.innerWidth < 640 ? NARROW : WIDE;
  const wanted = window.innerWidth < 640 ? 4 : 6;
  const [xl, xh] = range(points.flatMap((point) => point.x), { margin: 0.06, least: 0.02 });
  const [yl, yh] = range(points.flatMap((point) => point.y), { margin: 0.08, least: 0.02 });
  const x = scale(xl, xh, LEFT, WIDTH - RIGHT);
  const y = scale(yl, yh, TOP, HEIGHT - BOTTOM);
  const base = points.find((point) => point.kind === "baseline");
  const [titleId, figureTitle] = [newId("map"), u("map_picture", { across: map.across, up: map.up, n: points.length })];
  const order = ["bot", "design", "scheme", "rival", "baseline", "own"];
  const drawn = [...points].sort((one, two) => order.indexOf(one.kind) - order.indexOf(two.kind));
  const people = points.filter((point) => ["design", "own", "bot"].includes(point.kind));
  const names = people.length <= NAMED ? placed(people, points.map((point) => [x(point.x[0]), y(point.y[0])]), x, y, WIDTH) : [];
  return h(
    "figure",
    { class: "map" },
    h("p", { class: "quiet" }, `↑ ${t("workshop.map_up", { outcome: map.up }).replace(/^↑ /, "")}`),
    s(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-labelledby": titleId, class: "chart" },
      s("title", { id: titleId }, figureTitle),
      ticks(xl, xh, wanted).map((value) => s("g", {}, s("line", { class: "grid", x1: x(value), x2: x(value), y1: TOP, y2: HEIGHT - BOTTOM }), s("text", { x: x(value), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, short(value)))),
      ticks(yl, yh, 6).map((value) => s("g", {}, s("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }), s("text", { x: LEFT - 7, y: y(value) + 4, "text-anchor": "end" }, short(value)))),
      base ? s("line", { class: "hair", x1: x(base.x[0]), x2: x(base.x[0]), y1: TOP, y2: HEIGHT - BOTTOM }) : null,
      base ? s("line", { class: "hair", x1: LEFT, x2: WIDTH - RIGHT, y1: y(base.y[0]), y2: y(base.y[0]) }) : null,
      drawn.map((point) => arms(point, x, y)),
      drawn.map((point) => spot(point, x(point.x[0]), y(point.y[0]))),
      names.map((name) => s("text", { class: "name", x: name.left, y: name.bottom - 3 }, name.text)),
    ),
    h("p", { class: "quiet num" }, t("workshop.map_across", { outcome: map.across })),
    h("ul", { class: "key" }, points.filter((point) => ["baseline", "scheme", "rival"].includes(point.kind)).map((point) => h("li", { class: point.kind }, h("b", {}, point.mark), point.title, point.kind === "baseline" ? h("em", {}, aside(t("workshop.baseline"))) : null))),
    h("figcaption", { class: "quiet" }, u("map_about")),
    table("map-table", u("map_table"), [t("workshop.table_scheme"), map.across, map.up], points.map((point) => [label(point), whiskerText(point.x), whiskerText(point.y)])),
  );
}

const label = (point) => `${point.mark} ${point.title}`;
const short = (value) => String(Number((100 * value).toPrecision(4)));
const whiskerText = ([mean, low, high]) => `${percent(100 * mean, 1)}${low === null || low === high ? "" : ` [${fixed(100 * low, 1)}, ${fixed(100 * high, 1)}]`}`;

function arms(point, x, y) {
  if (point.x[1] === null || point.y[1] === null) return null;
  return s("g", {}, s("line", { class: "arm", x1: x(point.x[1]), x2: x(point.x[2]), y1: y(point.y[0]), y2: y(point.y[0]) }), s("line", { class: "arm", x1: x(point.x[0]), x2: x(point.x[0]), y1: y(point.y[1]), y2: y(point.y[2]) }));
}

/* Names beside their spots where there is room: right, left, above, below; none where all four are taken (the table has it). */
function placed(people, spots, x, y, width) {
  const taken = spots.map(([cx, cy]) => ({ left: cx - REACH, right: cx + REACH, top: cy - REACH, bottom: cy + REACH }));
  const found = [];
  for (const point of people) {
    const text = point.title.slice(0, 14);
    const length = [...text].reduce((sum, character) => sum + (character.codePointAt(0) > 0x2e80 ? 12 : 6.6), 0);
    const [cx, cy] = [x(point.x[0]), y(point.y[0])];
    const corners = [[cx + REACH + 1, cy - LINE / 2], [cx - REACH - 1 - length, cy - LINE / 2], [cx - length / 2, cy - REACH - LINE], [cx - length / 2, cy + REACH]];
    const boxes = corners.map(([left, top]) => ({ left, top, right: left + length, bottom: top + LINE, text }));
    const free = boxes.find((box) => box.left > LEFT && box.right < width && !taken.some((other) => box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top));
    if (free) {
      taken.push(free);
      found.push(free);
    }
  }
  return found;
}

function spot(point, cx, cy) {
  const attributes = { class: `spot spot-${point.kind}` };
  const shape =
    point.kind === "baseline"
      ? s("rect", { ...attributes, x: cx - 11, y: cy - 11, width: 22, height: 22, rx: 3 })
      : point.kind === "rival"
        ? s("path", { ...attributes, d: `M${cx} ${cy - 15}L${cx + 15} ${cy}L${cx} ${cy + 15}L${cx - 15} ${cy}Z` })
        : s("circle", { ...attributes, cx, cy, r: point.kind === "scheme" ? 12 : 11 });
  const dark = ["design", "own", "rival"].includes(point.kind) ? " on-dark" : "";
  return s(
    "g",
    {},
    shape,
    s("text", { class: `spot-text${dark}`, x: cx, y: cy }, point.mark),
  );
}

export function table(id, caption, heads, rows) {
  return h(
    "details",
    { class: "beside", id },
    h("summary", {}, caption),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      h(
        "table",
        {},
        h("caption", { class: "unseen" }, caption),
        h("thead", {}, h("tr", {}, heads.map((head, index) => h("th", { scope: "col", class: index ? "num" : null }, head)))),
        h("tbody", {}, rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((cell) => h("td", { class: "num" }, cell))))),
      ),
    ),
  );
}

/* How often what was predicted. */
export function distribution(one) {
  const most = Math.max(1, ...one.bars.map((bar) => bar.count));
  return h(
    "div",
    { class: "stack" },
    h("p", {}, h("strong", {}, one.asks), " ", h("em", {}, u("predictions_n", { n: one.n }))),
    h(
      "ul",
      { class: one.kind === "number" ? "bars narrow" : "bars" },
      one.bars.map((bar) => h("li", { class: one.way !== undefined && bar.name === one.way ? "is-answer" : null }, h("span", {}, bar.title), h("span", { class: "track", "aria-hidden": "true" }, barOf(bar.count / most)), h("span", { class: "num" }, bar.count))),
    ),
    one.kind === "number" && one.answer ? h("p", {}, h("strong", {}, u("model_says", { answer: one.answer }))) : null,
    one.explain ? h("p", {}, one.explain) : null,
  );
}

/* Widths come through the style object: the page's policy allows no style in markup. */
function barOf(share) {
  const bar = h("i");
  bar.style.width = `${100 * share}%`;
  return bar;
}

export function cardsOf(explained) {
  return h("ul", { class: "plain big" }, explained.cards.map((card) => h("li", {}, card)));
}

export function theoryOf(explained) {
  return explained.theory.map((one) =>
    h(
      "article",
      { class: "card" },
      h("h3", {}, one.title, h("em", {}, ` ${one.scheme}`)),
      h("p", {}, one.says),
      h("p", { class: "formula" }, one.formula),
      h("p", { class: "quiet" }, `${t("workshop.theory_parameters", { parameters: one.parameters })} ${one.source}`),
      h(
        "table",
        {},
        h("caption", { class: "unseen" }, one.title),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("workshop.theory_measure")), h("th", { scope: "col", class: "num" }, u("formula")), h("th", { scope: "col", class: "num" }, u("model_alone")))),
        h("tbody", {}, one.rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.title), h("td", { class: "num" }, row.formula), h("td", { class: "num" }, row.model)))),
      ),
      one.rival ? h("p", {}, h("strong", {}, sentence(t("workshop.theory_rival", { title: one.rival.title }))), one.rival.says, t("describe.space"), u("rival_run", one.rival)) : null,
    ),
  );
}

export function yearTable(year) {
  if (!year?.results?.length) return null;
  const pair = (one, name, show) => u("pair", { own: show(one.own[name]), model: show(one.model[name]) });
  const grade = (name) => u(`grade_${name ?? "none"}`);
  const number = (value) => (value === null || value === undefined ? "–" : fixed(value, 1));
  return table(
    "year-table",
    u("year_board_table"),
    [u("nickname"), u("year_row_grade"), u("year_row_place"), u("year_row_place_by_contribution"), u("year_row_made"), u("year_row_reported"), u("year_row_exhaustion")],
    year.results.map((one) => [
      `${one.number} ${one.nickname}`,
      pair(one, "grade", grade),
      pair(one, "place", String),
      pair(one, "place_by_contribution", String),
      pair(one, "made", number),
      pair(one, "reported", number),
      pair(one, "exhaustion", number),
    ]),
  );
}

/* Pictures and cards that participants, the board and the facilitator all see. */

import { h, newId, s } from "../lib/dom.js";
import { fixed, ticks } from "../lib/numbers.js";
import { range, scale } from "../lib/charts.js";
import { t } from "../lib/words.js";
import { u } from "./common.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [760, 470, 56, 22, 22, 34];
const NAMED = 16;

/* The trade-off map: goal attainment across, burnout upwards with less on top. Shapes, letters and numbers beside colours. */
export function tradeoffMap(map) {
  const points = map.points.filter((point) => point.x[0] !== null && point.y[0] !== null);
  const [xl, xh] = range(points.flatMap((point) => point.x), { margin: 0.06, least: 0.02 });
  const [yl, yh] = range(points.flatMap((point) => point.y), { margin: 0.08, least: 0.02 });
  const x = scale(xl, xh, LEFT, WIDTH - RIGHT);
  const y = scale(yl, yh, TOP, HEIGHT - BOTTOM);
  const base = points.find((point) => point.kind === "baseline");
  const [titleId, figureTitle] = [newId("map"), u("map_picture", { across: map.across, up: map.up, n: points.length })];
  const order = ["bot", "design", "scheme", "rival", "baseline", "own"];
  const drawn = [...points].sort((one, two) => order.indexOf(one.kind) - order.indexOf(two.kind));
  const named = points.filter((point) => ["design", "own", "bot"].includes(point.kind)).length <= NAMED;
  return h(
    "figure",
    { class: "map" },
    h("p", { class: "quiet" }, `↑ ${t("workshop.map_up", { outcome: map.up }).replace(/^↑ /, "")}`),
    s(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-labelledby": titleId, class: "chart" },
      s("title", { id: titleId }, figureTitle),
      ticks(xl, xh, 6).map((value) => s("g", {}, s("line", { class: "grid", x1: x(value), x2: x(value), y1: TOP, y2: HEIGHT - BOTTOM }), s("text", { x: x(value), y: HEIGHT - BOTTOM + 18, "text-anchor": "middle" }, short(value)))),
      ticks(yl, yh, 6).map((value) => s("g", {}, s("line", { class: "grid", x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }), s("text", { x: LEFT - 7, y: y(value) + 4, "text-anchor": "end" }, short(value)))),
      base ? s("line", { class: "hair", x1: x(base.x[0]), x2: x(base.x[0]), y1: TOP, y2: HEIGHT - BOTTOM }) : null,
      base ? s("line", { class: "hair", x1: LEFT, x2: WIDTH - RIGHT, y1: y(base.y[0]), y2: y(base.y[0]) }) : null,
      drawn.map((point) => arms(point, x, y)),
      drawn.map((point) => spot(point, x(point.x[0]), y(point.y[0]), named)),
    ),
    h("p", { class: "quiet num" }, t("workshop.map_across", { outcome: map.across })),
    h("ul", { class: "key" }, points.filter((point) => ["baseline", "scheme", "rival"].includes(point.kind)).map((point) => h("li", { class: point.kind }, h("b", {}, point.mark), point.title, point.kind === "baseline" ? h("em", {}, ` (${t("workshop.baseline")})`) : null))),
    h("figcaption", { class: "quiet" }, u("map_about")),
    table("map-table", u("map_table"), [t("workshop.table_scheme"), map.across, map.up], points.map((point) => [label(point), whiskerText(point.x), whiskerText(point.y)])),
  );
}

const label = (point) => (["design", "own", "bot"].includes(point.kind) ? `${point.mark} ${point.title}` : `${point.mark} ${point.title}`);
const short = (value) => String(Number((100 * value).toPrecision(4)));
const whiskerText = ([mean, low, high]) => `${fixed(100 * mean, 1)} %${low === null || low === high ? "" : ` [${fixed(100 * low, 1)}, ${fixed(100 * high, 1)}]`}`;

function arms(point, x, y) {
  if (point.x[1] === null || point.y[1] === null) return null;
  return s("g", {}, s("line", { class: "arm", x1: x(point.x[1]), x2: x(point.x[2]), y1: y(point.y[0]), y2: y(point.y[0]) }), s("line", { class: "arm", x1: x(point.x[0]), x2: x(point.x[0]), y1: y(point.y[1]), y2: y(point.y[2]) }));
}

function spot(point, cx, cy, named) {
  const attributes = { class: `spot spot-${point.kind}` };
  const shape =
    point.kind === "baseline"
      ? s("rect", { ...attributes, x: cx - 11, y: cy - 11, width: 22, height: 22, rx: 3 })
      : point.kind === "rival"
        ? s("path", { ...attributes, d: `M${cx} ${cy - 15}L${cx + 15} ${cy}L${cx} ${cy + 15}L${cx - 15} ${cy}Z` })
        : s("circle", { ...attributes, cx, cy, r: point.kind === "scheme" ? 12 : 11 });
  const dark = ["design", "own", "rival"].includes(point.kind) ? " on-dark" : "";
  const name = named && ["design", "own", "bot"].includes(point.kind);
  const left = cx > WIDTH - 130;
  return s(
    "g",
    {},
    shape,
    s("text", { class: `spot-text${dark}`, x: cx, y: cy }, point.mark),
    name ? s("text", { class: "name", x: left ? cx - 15 : cx + 15, y: cy - 9, "text-anchor": left ? "end" : "start" }, point.title.slice(0, 16)) : null,
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
      one.rival ? h("p", {}, h("strong", {}, `${t("workshop.theory_rival", { title: one.rival.title })}. `), `${one.rival.says} `, u("rival_run", one.rival)) : null,
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

/* Small charts in SVG: scales, axes, marks with a shape and a colour of their own. Beside each stands a table. */

import { h, newId, s } from "./dom.js";
import { tick, ticks } from "./numbers.js";
import { t } from "./words.js";

export function scale(low, high, from, to) {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

/* The range of some intervals with 0 in it (if asked) and a margin, never empty. */
export function range(values, { zero = false, margin = 0.12, least = 1e-6 } = {}) {
  const known = values.filter((value) => value !== null && Number.isFinite(value));
  if (zero) known.push(0);
  let low = Math.min(...known);
  let high = Math.max(...known);
  if (!known.length) [low, high] = [0, 1];
  const span = Math.max(high - low, least);
  const middle = (low + high) / 2;
  if (high - low < least) [low, high] = [middle - least / 2, middle + least / 2];
  return [low - margin * span, high + margin * span];
}

/* The width that a chart inside an element has, so that its letters are as large as those around it. */
export function widthIn(element, fallback, most = 900) {
  const style = element ? getComputedStyle(element) : null;
  const width = element ? element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) : 0;
  return Math.round(Math.min(most, width > 80 ? width : fallback));
}

/* A picture with a name and a description for those who cannot see it. */
export function picture(width, height, title, description, ...children) {
  const [titleId, descriptionId] = [newId("t"), newId("d")];
  return s(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-labelledby": `${titleId} ${descriptionId}`, class: "chart" },
    s("title", { id: titleId }, title),
    s("desc", { id: descriptionId }, description),
    ...children,
  );
}

/* Scheme A is a disc, B a square, C a triangle, D a diamond: nobody needs the colours. */
export function mark(letter, x, y, size = 5.5) {
  const attributes = { class: `mark mark-${letter}` };
  if (letter === "B") return s("rect", { ...attributes, x: x - size * 0.9, y: y - size * 0.9, width: size * 1.8, height: size * 1.8, rx: 1 });
  if (letter === "C") return s("path", { ...attributes, d: `M${x} ${y - size * 1.15}L${x + size * 1.1} ${y + size * 0.85}H${x - size * 1.1}Z` });
  if (letter === "D") return s("path", { ...attributes, d: `M${x} ${y - size * 1.25}L${x + size * 1.25} ${y}L${x} ${y + size * 1.25}L${x - size * 1.25} ${y}Z` });
  return s("circle", { ...attributes, cx: x, cy: y, r: size });
}

export function badge(letter, label = letter) {
  return h(
    "span",
    { class: `badge badge-${letter}` },
    s("svg", { viewBox: "0 0 16 16", class: "badge-mark", "aria-hidden": "true" }, mark(letter, 8, 8, 5)),
    h("span", {}, label),
  );
}

export function axisX(x, low, high, y, unit, { signed = false, count = 4, top = null } = {}) {
  return ticks(low, high, count).map((value) =>
    s(
      "g",
      { class: "tick" },
      s("line", { x1: x(value), x2: x(value), y1: top ?? y, y2: y + 4, class: value === 0 && signed ? "zero" : "grid" }),
      s("text", { x: x(value), y: y + 17, "text-anchor": "middle" }, tick(unit, value, signed)),
    ),
  );
}

export function axisY(y, low, high, x, unit, { signed = false, count = 4, right = null } = {}) {
  return ticks(low, high, count).map((value) =>
    s(
      "g",
      { class: "tick" },
      s("line", { x1: x, x2: right ?? x, y1: y(value), y2: y(value), class: value === 0 && signed ? "zero" : "grid" }),
      s("text", { x: x - 7, y: y(value) + 4, "text-anchor": "end" }, tick(unit, value, signed)),
    ),
  );
}

/* The same numbers as a table, folded away. */
export function tableBeside(caption, heads, rows, open = false) {
  return h(
    "details",
    { class: "beside", open },
    h("summary", {}, t("page.as_table")),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      h(
        "table",
        {},
        h("caption", { class: "quiet" }, caption),
        h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
        h("tbody", {}, rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((cell) => h("td", {}, cell))))),
      ),
    ),
  );
}

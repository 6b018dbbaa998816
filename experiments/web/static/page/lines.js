/* Month by month: four series, each scheme a line with the band of its interval. */

import { $, fill, h, s } from "../lib/dom.js";
import { isShare, level } from "../lib/numbers.js";
import { aside, joined, named, t } from "../lib/words.js";
import { axisX, axisY, picture, range, scale, tableBeside, widthIn } from "../lib/charts.js";

const LINES = ["burnout_share", "justice_procedural", "inflation", "goal_attainment"];
const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [190, 44, 26, 10, 24];
let WIDTH = 340;

export function showLines(page) {
  const body = $("#lines-body");
  const open = $(".beside", body)?.open;
  WIDTH = widthIn($("figure", body), 340, 520);
  fill(
    body,
    h("div", { class: "multiples" }, LINES.map((name) => h("figure", {}, h("figcaption", {}, t(`outcome.${name}.title`), h("em", {}, aside(isShare(page.outcome(name).unit) ? "%" : t("report.scale_0_1")))), chart(page, name)))),
    table(page, open),
  );
  if (Math.abs(widthIn($("figure", body), WIDTH, 520) - WIDTH) > 24) showLines(page);
}

function chart(page, name) {
  const { unit } = page.outcome(name);
  const step = page.run.step_months;
  const lines = page.run.schemes.map((scheme) => scheme.lines[name]);
  const months = lines[0].mean.length * step;
  const values = lines.flatMap((line) => line.mean.flatMap((value, i) => [value - (line.half[i] ?? 0), value + (line.half[i] ?? 0)]));
  const [low, high] = range(values, { margin: 0.06 });
  const x = scale(step, months, LEFT, WIDTH - RIGHT);
  const y = scale(low, high, HEIGHT - BOTTOM, TOP);
  const labels = apart(lines.map((line) => y(line.mean.at(-1))), 13);
  const said = lines
    .map((line, index) => named(page.run.schemes[index].letter, `${level(unit, line.mean[0])} ${t("page.lines.to")} ${level(unit, line.mean.at(-1))}`));
  return picture(
    WIDTH,
    HEIGHT,
    t("page.lines.picture", { outcome: t(`outcome.${name}.title`) }),
    joined(said),
    axisY(y, low, high, LEFT, unit, { right: WIDTH - RIGHT, count: 3 }),
    monthTicks(months).map((month) => s("text", { class: "tick", x: x(Math.max(month, step)), y: HEIGHT - 6, "text-anchor": "middle" }, String(month))),
    lines.map((line, index) => {
      const place = labels[index];
      const letter = page.run.schemes[index].letter;
      const at = (value, i) => `${x((i + 1) * step).toFixed(1)} ${y(value).toFixed(1)}`;
      const upper = line.mean.map((value, i) => at(value + (line.half[i] ?? 0), i));
      const lower = line.mean.map((value, i) => at(value - (line.half[i] ?? 0), i)).reverse();
      return s(
        "g",
        {},
        s("path", { class: `band band-${letter}`, d: `M${[...upper, ...lower].join("L")}Z` }),
        s("path", { class: `line line-${letter}`, d: `M${line.mean.map(at).join("L")}` }),
        s("text", { class: `line-label label-${letter}`, x: WIDTH - RIGHT + 6, y: place + 4 }, letter),
      );
    }),
  );
}

/* Heights of labels, pushed apart so that none covers another; their order stays. */
function apart(heights, least) {
  const order = heights.map((_, index) => index).sort((a, b) => heights[a] - heights[b]);
  const placed = [...heights];
  for (let round = 0; round < 20; round += 1) {
    for (let i = 1; i < order.length; i += 1) {
      const gap = placed[order[i]] - placed[order[i - 1]];
      if (gap < least) {
        placed[order[i]] += (least - gap) / 2;
        placed[order[i - 1]] -= (least - gap) / 2;
      }
    }
  }
  return placed;
}

function monthTicks(months) {
  const step = months > 72 ? 24 : 12;
  return [1, ...Array.from({ length: Math.floor(months / step) }, (_, i) => (i + 1) * step)];
}

function table(page, open) {
  const step = page.run.step_months;
  const steps = page.run.schemes[0].lines[LINES[0]].mean.length;
  const shown = Array.from({ length: steps }, (_, i) => i).filter((i) => ((i + 1) * step) % 6 === 0 || i === 0 || i === steps - 1);
  const heads = [t("page.lines.month"), ...LINES.flatMap((name) => page.run.schemes.map((scheme) => `${t(`outcome.${name}.title`)} ${scheme.letter}`))];
  const rows = shown.map((i) => [
    (i + 1) * step,
    ...LINES.flatMap((name) => page.run.schemes.map((scheme) => level(page.outcome(name).unit, scheme.lines[name].mean[i]))),
  ]);
  return tableBeside(t("page.lines.title"), heads, rows, open);
}

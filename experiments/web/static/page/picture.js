/* The bureau as a living picture: every cadre a tile in his department, month by month. */

import { ask } from "../lib/api.js";
import { $, fill, h, s, say } from "../lib/dom.js";
import { fixed, percent } from "../lib/numbers.js";
import { called, named, t } from "../lib/words.js";
import { newId } from "../lib/dom.js";
import { tableBeside } from "../lib/charts.js";
import { schemePicker } from "./frame.js";
import { LETTERS, viewQuery } from "./state.js";

/* Where each shade begins; the fifth begins where burnout does. */
const LIMITS = { burnout: [1, 1.75, 2.5, 3, 3.5, 4.25], falsified: [0.002, 0.01, 0.03, 0.06, 0.12, 0.25] };
const FULL = 250;
const MILLISECONDS = 420;

const now = { data: null, asked: "", measure: "burnout", month: Infinity, replicate: 0, playing: null, leaving: null, tiles: [], seen: false, values: {} };

export function showPicture(page, { stale = false } = {}) {
  const body = $("#picture-body");
  if (!body) return;
  if (!now.watch || now.body !== body) watch(page, body);
  if (!now.seen) return;
  const wanted = `${viewQuery(page.state)}&${page.state.sel}&${now.replicate}`;
  if (now.asked === wanted && !stale && now.data) return;
  if (page.phase === "refused" || (page.phase !== "settled" && now.data)) return;
  if (now.asked === wanted && now.data) return;
  load(page, wanted);
}

function watch(page, body) {
  now.body = body;
  now.watch = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      now.seen = true;
      if (now.data && now.asked) draw(page);
      showPicture(page);
    }
  }, { rootMargin: "200px" });
  now.watch.observe(body);
  if (now.seen && now.data) draw(page);
}

async function load(page, wanted) {
  now.leaving?.abort();
  now.leaving = new AbortController();
  now.asked = wanted;
  try {
    const which = LETTERS[page.state.sel];
    const data = await ask(`/api/picture?${viewQuery(page.state, { which, replicate: now.replicate })}`, { signal: now.leaving.signal });
    if (now.asked !== wanted) return;
    now.data = data;
    now.letter = which;
    now.values = Object.fromEntries(["burnout", "falsified"].map((name) => [name, data[name].map(unpacked)]));
    now.month = Math.min(now.month, data.months);
    draw(page);
  } catch (error) {
    if (error.name !== "AbortError") now.asked = "";
  }
}

const unpacked = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

function draw(page) {
  const body = $("#picture-body");
  const { data } = now;
  const tableOpen = $(".beside", body)?.open;
  const focused = document.activeElement?.id;
  const scrub = h("input", {
    type: "range", id: "month", min: 1, max: data.months, step: 1, value: now.month,
    oninput: (event) => { pause(); show(Number(event.target.value)); },
  });
  fill(
    body,
    schemePicker(page, page.state.sel, (index) => page.look((state) => { state.sel = index; }, { rebuild: true })),
    h(
      "div",
      { class: "row-fields" },
      h("label", { class: "field" }, h("span", {}, t("page.picture.colour")),
        h("select", { id: "picture-measure", onchange: (event) => { now.measure = event.target.value; draw(page); } },
          Object.keys(LIMITS).map((name) => h("option", { value: name, selected: name === now.measure }, t(`page.picture.measure.${name}`))))),
      h("label", { class: "field" }, h("span", {}, t("page.picture.luck")),
        h("select", { id: "picture-luck", onchange: (event) => { now.replicate = Number(event.target.value); showPicture(page); } },
          Array.from({ length: 8 }, (_, i) => h("option", { value: i, selected: i === now.replicate }, t("page.picture.luck_n", { n: i + 1 }))))),
    ),
    h(
      "div",
      { class: "player" },
      h("button", { type: "button", class: "button", id: "play", "aria-pressed": "false", onclick: () => (now.playing ? pause() : play()) }, t("page.picture.play")),
      h("label", { class: "scrub" }, h("span", { id: "month-said" }), scrub),
    ),
    shades(),
    h("div", { class: "bureau", id: "bureau" }, tiles()),
    h("div", { id: "picture-table" }),
  );
  now.tableOpen = tableOpen;
  show(now.month);
  if (now.playing) play();
  if (focused) document.getElementById(focused)?.focus();
}

function shades() {
  const limits = LIMITS[now.measure];
  const told = (value) => (now.measure === "burnout" ? String(value) : percent(100 * value, value < 0.01 ? 1 : 0));
  const names = [`< ${told(limits[0])}`, ...limits.slice(1).map((limit, i) => `${told(limits[i])} – ${told(limit)}`), `≥ ${told(limits.at(-1))}`];
  return h("ul", { class: "shades", "aria-label": t(`page.picture.measure.${now.measure}`) },
    names.map((name, i) => h("li", {}, h("span", { class: `swatch q${i} ${now.measure}`, "aria-hidden": "true" }), name)));
}

/* Branches hold departments, departments hold cadres. Tiles are drawn once; months only change their shade. */
function tiles() {
  const branches = new Map();
  for (const unit of now.data.units) {
    if (!branches.has(unit.branch)) branches.set(unit.branch, []);
    branches.get(unit.branch).push(unit);
  }
  now.tiles = [];
  now.unitFigures = [];
  return [...branches].map(([branch, units]) =>
    h(
      "section",
      { class: branch ? "branch" : "branch offices" },
      h("h3", {}, branch ? called(branch) : t("page.picture.offices")),
      h("div", { class: "units" }, units.map(unitOf)),
    ),
  );
}

function unitOf(unit) {
  const side = tileSide();
  const columns = Math.max(4, Math.min(16, Math.ceil(Math.sqrt(unit.size * 2))));
  const lines = Math.ceil(unit.size / columns);
  const said = h("span", { class: "unit-figure" });
  now.unitFigures.push({ unit, said });
  const [titleId] = [newId("u")];
  const title = s("title", { id: titleId }, called(unit.name));
  const picture = s("svg", { viewBox: `0 0 ${columns * side} ${lines * side}`, width: columns * side, height: lines * side, role: "img", "aria-labelledby": titleId }, title);
  for (let i = 0; i < unit.size; i += 1) {
    const tile = s("rect", { x: (i % columns) * side + 1, y: Math.floor(i / columns) * side + 1, width: side - 2, height: side - 2, rx: side / 5 });
    now.tiles[unit.first + i] = tile;
    picture.append(tile);
  }
  return h("div", { class: "unit" }, h("div", { class: "unit-head" }, h("span", {}, called(unit.name)), said), picture);
}

/* Tiles are as large as a bureau of this size leaves room for. */
function tileSide() {
  const cadres = now.data.units.reduce((sum, unit) => sum + unit.size, 0);
  return cadres <= 60 ? 24 : cadres <= 400 ? 17 : cadres <= 1500 ? 12 : 9;
}

function show(month) {
  now.month = month;
  const values = now.values[now.measure][month - 1];
  const full = now.data.scales[now.measure];
  const limits = LIMITS[now.measure].map((limit) => (limit / full) * FULL);
  for (let i = 0; i < now.tiles.length; i += 1) {
    let shade = 0;
    while (shade < limits.length && values[i] >= limits[shade]) shade += 1;
    const kind = `q${shade} ${now.measure}`;
    if (now.tiles[i] && now.tiles[i].getAttribute("class") !== kind) now.tiles[i].setAttribute("class", kind);
  }
  for (const { unit, said } of now.unitFigures) said.textContent = figure(mean(values, unit, full));
  const scrub = $("#month");
  if (scrub && Number(scrub.value) !== month) scrub.value = month;
  const text = t("page.picture.month", { month: month * now.data.step_months, months: now.data.months * now.data.step_months });
  scrub?.setAttribute("aria-valuetext", text);
  fill($("#month-said"), text);
  if (!now.playing) table(month);
}

const mean = (values, unit, full) => {
  let sum = 0;
  for (let i = unit.first; i < unit.first + unit.size; i += 1) sum += values[i];
  return (sum / unit.size / FULL) * full;
};

const figure = (value) => (now.measure === "burnout" ? fixed(value, 1) : percent(100 * value, 1));

function table(month) {
  const place = $("#picture-table");
  if (!place) return;
  const open = $(".beside", place)?.open ?? now.tableOpen;
  const rows = now.data.units.map((unit, index) => [
    unit.branch ? named(called(unit.branch), called(unit.name)) : called(unit.name),
    unit.size,
    fixed(mean(now.values.burnout[month - 1], unit, 6), 2),
    percent(100 * mean(now.values.falsified[month - 1], unit, now.data.scales.falsified), 1),
    `${fixed(100 * now.data.inflation[month - 1][index], 1, true)} ${t("page.pp")}`,
  ]);
  fill(place, tableBeside(
    t("page.picture.table", { month: month * now.data.step_months }),
    [t("page.picture.unit"), t("page.picture.people"), t("page.picture.measure.burnout"), t("page.picture.measure.falsified"), t("page.picture.inflation")],
    rows, open));
}

function play() {
  const button = $("#play");
  clearInterval(now.playing);
  if (now.month >= now.data.months) show(1);
  now.playing = setInterval(() => {
    if (!document.getElementById("bureau") || now.month >= now.data.months) pause();
    else show(now.month + 1);
  }, MILLISECONDS);
  button.textContent = t("page.picture.pause");
  button.setAttribute("aria-pressed", "true");
}

function pause() {
  if (!now.playing) return;
  clearInterval(now.playing);
  now.playing = null;
  const button = $("#play");
  if (!button) return;
  button.textContent = t("page.picture.play");
  button.setAttribute("aria-pressed", "false");
  table(now.month);
  say($("#month-said").textContent);
}

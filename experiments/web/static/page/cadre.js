/* One cadre's year: the tree from draws and rules to the grade, what followed, and the nearest change that would alter it. */

import { ask } from "../lib/api.js";
import { $, fill, h, say } from "../lib/dom.js";
import { currentLanguage, named, sentence, t } from "../lib/words.js";
import { schemePicker, unitPlaced } from "./frame.js";
import { LETTERS, viewQuery } from "./state.js";

const now = { who: "median", number: 1, asked: "", data: null, leaving: null, settings: false, wanted: false };

export function showCadre(page, { stale = false } = {}) {
  const body = $("#cadre-body");
  if (!body) return;
  if (!$("#cadre-form", body) || !stale) form(page, body);
  if (now.wanted && stale && now.asked !== wantedOf(page)) load(page);
}

const wantedOf = (page) => `${viewQuery(page.state)}&${page.state.sel}&${now.who}&${now.who === "number" ? now.number : ""}&${currentLanguage()}`;

function form(page, body) {
  const focused = document.activeElement?.id;
  const many = now.data?.cadres ?? page.run?.cadres ?? 1;
  const choices = ["lowest", "median", "highest", "number"];
  fill(
    body,
    schemePicker(page, page.state.sel, (index) => { page.look((state) => { state.sel = index; }, { rebuild: true }); if (now.wanted) load(page); }),
    h(
      "form",
      { class: "row-fields", id: "cadre-form", onsubmit: (event) => { event.preventDefault(); now.wanted = true; load(page); } },
      h("label", { class: "field" }, h("span", {}, t("page.cadre.who")),
        h("select", { id: "cadre-who", onchange: (event) => { now.who = event.target.value; form(page, body); $("#cadre-who").focus(); } },
          choices.map((one) => h("option", { value: one, selected: one === now.who }, t(`page.cadre.${one}`, { n: many }))))),
      now.who === "number"
        ? h("label", { class: "field" }, h("span", {}, t("page.cadre.number", { n: many })),
            h("input", { type: "number", id: "cadre-number", min: 1, max: many, step: 1, value: now.number, onchange: (event) => { now.number = Number(event.target.value) || 1; } }))
        : null,
      h("button", { type: "submit", class: "button align-end", id: "cadre-show" }, t("page.cadre.show")),
    ),
    h("div", { id: "cadre-year" }),
  );
  if (now.data) year(page);
  if (focused) document.getElementById(focused)?.focus();
}

async function load(page) {
  now.leaving?.abort();
  now.leaving = new AbortController();
  const wanted = wantedOf(page);
  now.asked = wanted;
  fill($("#cadre-year"), h("p", { class: "quiet" }, t("page.cadre.wait")));
  try {
    const more = { which: LETTERS[page.state.sel], cadre: now.who === "number" ? now.number : now.who, lang: currentLanguage() };
    const data = await ask(`/api/explain?${viewQuery(page.state, more)}`, { signal: now.leaving.signal });
    if (now.asked !== wanted) return;
    now.data = data;
    year(page);
    say(headline(page, data));
  } catch (error) {
    if (error.name === "AbortError") return;
    now.data = null;
    const told = error.findings?.[0];
    fill($("#cadre-year"), h("p", { class: "alert" }, t("page.cadre.failed"), " ", told ? `${sentence(told.problem)}${told.hint || told.expected}` : error.message));
  }
}

function headline(page, data) {
  const { cadre, months, grade } = data;
  return t("page.cadre.head", { number: cadre.number, department: unitPlaced(page, cadre.department), first: months[0], last: months[1], grade: grade?.name ?? t("page.cadre.no_grade") });
}

function year(page) {
  const { data } = now;
  const place = $("#cadre-year");
  if (!place) return;
  fill(
    place,
    h("p", { class: "sentence lead" }, headline(page, data)),
    h("div", { class: "cadre-parts" },
      h("section", {},
        h("div", { class: "split" }, h("h3", {}, t("page.cadre.why")),
          h("label", { class: "check" }, h("input", { type: "checkbox", id: "cadre-settings", checked: now.settings, onchange: (event) => { now.settings = event.target.checked; year(page); $("#cadre-settings").focus(); } }), " ", t("page.cadre.settings"))),
        h("ul", { class: "tree" }, branch(data.root, 0))),
      h("section", {},
        h("h3", {}, t("page.cadre.changes")),
        data.changes.length
          ? h("ul", { class: "plain" }, data.changes.map((change) => h("li", {}, change.sentence)))
          : h("p", { class: "quiet" }, t("page.cadre.no_changes")),
        h("h3", {}, t("page.cadre.followed")),
        h("ul", { class: "tree" }, data.consequences.map((node) => branch(node, 3))))),
    data.checked ? h("p", { class: "quiet" }, t("page.cadre.checked", { nodes: data.checked.nodes, gap: data.checked.largest_gap.toExponential(0) })) : null,
  );
}

/* A node and, when it is opened, what it was worked out from. */
function branch(node, depth) {
  const children = (node.children ?? []).filter((child) => now.settings || child.kind !== "setting");
  const text = [h("span", { class: "node-name" }, node.name), " ", h("span", { class: "node-value" }, node.text)];
  const sentence = node.sentence && node.kind !== "setting" ? h("span", { class: "node-sentence" }, node.sentence) : null;
  if (!children.length) return h("li", { class: `node kind-${node.kind}` }, h("div", { class: "leaf" }, text, sentence, node.more ? h("span", { class: "quiet" }, ` … ${named(t("page.cadre.more"), node.more)}`) : null));
  const list = h("ul", {});
  const details = h(
    "details",
    { open: depth < 3, ontoggle: () => { if (details.open && !list.childElementCount) fill(list, children.map((child) => branch(child, depth + 1))); } },
    h("summary", {}, text, sentence),
    list,
  );
  if (depth < 3) fill(list, children.map((child) => branch(child, depth + 1)));
  return h("li", { class: "node" }, details);
}

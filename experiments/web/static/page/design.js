/* The left side: which bureau, which schemes, and the editor of the one that is picked. */

import { ask } from "../lib/api.js";
import { $, fill, h, say } from "../lib/dom.js";
import { aside, called, joined, listed, named, sentence, t } from "../lib/words.js";
import { badge } from "../lib/charts.js";
import { editor, updateEditor } from "./controls.js";
import { LETTERS, MOST_SCHEMES, viewQuery } from "./state.js";

export function showDesign(page) {
  const focused = document.activeElement?.id;
  fill(
    $("#design"),
    h("h2", { id: "design-title" }, t("page.design.title")),
    bureauPart(page),
    schemesPart(page),
    h("div", { id: "editor" }),
    horizonPart(page),
  );
  if (toldHere(page)) editor(page);
  $("#editor").dataset.of = editorKey(page);
  if (focused) document.getElementById(focused)?.focus();
  updateDesign(page);
}

/* What is known now, into what is there already: focus stays where it is. */
export function updateDesign(page, { bureauChanged = false } = {}) {
  const place = toldHere(page);
  if (place && (bureauChanged || $("#editor").dataset.of !== editorKey(page))) editor(page);
  if (place) updateEditor(page);
  $("#editor").dataset.of = editorKey(page);
  fill($("#bureau-about"), bureauAbout(page));
  const left = page.state.left.map((one) => ({ problem: t("page.left_out"), ...one }));
  const general = [...left, ...page.problems.filter((finding) => !isOfEditor(page, finding))];
  const box = $("#problems");
  box.hidden = general.length === 0;
  fill(box, general.map((finding) => h("p", {}, problemTold(finding))));
}

export function problemTold(finding) {
  const path = finding.path ? named(finding.path, "") : "";
  const rest = [finding.expected && t("page.problem.expected", { expected: finding.expected }), finding.hint].filter(Boolean);
  const told = `${path}${finding.problem}${finding.found ? aside(finding.found) : ""}`;
  return rest.length ? `${sentence(told)}${joined(rest)}` : told;
}

export function isOfEditor(page, finding) {
  const [letter, ...rest] = (finding.path ?? "").split(".");
  return letter === LETTERS[page.state.sel] && document.querySelector(`[data-path="${CSS.escape(rest.join("."))}"]`) !== null;
}

/* What the server said of the picked scheme, where it was of this one: a new scheme is not known yet. */
export function toldHere(page) {
  const told = page.told?.[page.state.sel];
  return told?.reference === page.state.schemes[page.state.sel].ref ? told : undefined;
}

function editorKey(page) {
  const told = toldHere(page);
  return told ? `${page.state.sel} ${told.reference} ${Object.keys(told.indicators)}` : "";
}

function bureauPart(page) {
  const { state } = page;
  const own = Object.entries(state.own).filter(([, one]) => one.kind === "organisations");
  return h(
    "section",
    { class: "block" },
    h("div", { class: "alert", id: "problems", role: "alert", hidden: true }),
    h(
      "label",
      { class: "field wide" },
      h("span", {}, t("page.bureau")),
      h(
        "select",
        { id: "bureau-pick", onchange: (event) => page.change((now) => { now.o = event.target.value; }, { wait: 0 }) },
        page.start.bureaus.map((one) => h("option", { value: one.name, selected: one.name === state.o }, called(one.title))),
        own.map(([key, one]) => h("option", { value: key, selected: key === state.o }, one.title ?? t("page.own_bureau"))),
      ),
    ),
    h("p", { class: "quiet", id: "bureau-about" }),
    upload(page, "organisations", t("page.upload_bureau")),
  );
}

function bureauAbout(page) {
  const known = page.start.bureaus.find((one) => one.name === page.state.o) ?? page.state.own[page.state.o];
  return known?.summary ? called(known.summary) : t("page.cadres_n", { n: known?.cadres ?? page.bureau?.cadres ?? "" });
}

function upload(page, kind, label) {
  const id = `upload-${kind}`;
  return h(
    "div",
    { class: "upload" },
    h("label", { for: id, class: "link" }, label),
    h("input", { type: "file", id, class: "unseen", accept: ".yaml,.yml,text/plain", onchange: (event) => send(page, kind, event.target) }),
  );
}

async function send(page, kind, input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  if (file.size > page.start.largest_text) {
    page.problems = [{ path: file.name, problem: t("page.too_large", { kb: Math.round(page.start.largest_text / 1024) }) }];
    updateDesign(page);
    return;
  }
  const text = await file.text();
  try {
    const taken = await ask(`/api/documents/${kind}`, { method: "POST", body: text, headers: { "Content-Type": "text/plain" } });
    page.change((state) => {
      state.own[taken.name] = { kind, text, title: taken.title, summary: taken.summary, cadres: taken.cadres };
      if (kind === "organisations") state.o = taken.name;
      else state.schemes[state.sel] = { ref: taken.name, changes: {}, title: "" };
    }, { rebuild: true, wait: 0 });
    say(t("page.taken", { title: taken.title }));
  } catch (error) {
    page.problems = error.findings?.length ? error.findings : [{ path: "", problem: error.message }];
    updateDesign(page);
    say(page.problems.map(problemTold).join(" "));
  }
}

function schemesPart(page) {
  const { state } = page;
  return h(
    "section",
    { class: "block" },
    h("h3", {}, t("page.schemes")),
    h(
      "div",
      { class: "tabs", role: "group", "aria-label": t("page.pick_scheme") },
      state.schemes.map((_, index) =>
        h(
          "button",
          {
            type: "button", class: "tab", id: `tab-${LETTERS[index]}`, "aria-pressed": index === state.sel ? "true" : "false",
            onclick: () => page.look((now) => { now.sel = index; }, { rebuild: true }),
          },
          badge(LETTERS[index]),
          index === 0 ? h("span", { class: "tab-note" }, ` ${t("page.baseline")}`) : null,
          h("span", { class: "unseen" }, ` ${page.title(index)}`),
        ),
      ),
      state.schemes.length < MOST_SCHEMES
        ? h("button", { type: "button", class: "tab add", id: "add-scheme", "aria-label": t("page.add_scheme"), title: t("page.add_scheme"), onclick: () => add(page) }, "+")
        : null,
    ),
    schemeCard(page),
  );
}

function schemeCard(page) {
  const { state } = page;
  const scheme = state.schemes[state.sel];
  const letter = LETTERS[state.sel];
  const fitting = page.bureau?.fitting;
  const own = Object.entries(state.own).filter(([, one]) => one.kind === "schemes");
  const known = page.start.schemes.find((one) => one.name === scheme.ref) ?? state.own[scheme.ref];
  return h(
    "div",
    { class: `scheme-card edge-${letter}` },
    h(
      "label",
      { class: "field wide" },
      h("span", {}, state.sel === 0 ? t("page.baseline_scheme") : t("page.scheme_n", { letter })),
      h(
        "select",
        {
          id: "scheme-pick",
          onchange: (event) => page.change((now) => { now.schemes[now.sel] = { ref: event.target.value, changes: {}, title: "" }; }, { rebuild: true, wait: 0 }),
        },
        page.start.schemes.map((one) =>
          h("option", { value: one.name, selected: one.name === scheme.ref, disabled: fitting ? !fitting.includes(one.name) : false }, called(one.title)),
        ),
        own.map(([key, one]) => h("option", { value: key, selected: key === scheme.ref }, one.title)),
      ),
    ),
    h("p", { class: "quiet" }, called(known?.summary ?? "")),
    h(
      "label",
      { class: "field wide" },
      h("span", {}, t("page.own_title")),
      h("input", {
        type: "text", id: "scheme-title", maxlength: 80, value: scheme.title, placeholder: page.title(state.sel), autocomplete: "off",
        onchange: (event) => page.look((now) => { now.schemes[now.sel].title = event.target.value.trim().replaceAll("~", "-"); }, { rebuild: true }),
      }),
    ),
    h(
      "div",
      { class: "actions" },
      h("a", { class: "link", id: "download-yaml", href: "#", onclick: (event) => { event.currentTarget.href = `/api/scheme.yaml?${viewQuery(state, { which: letter })}`; }, download: true }, t("page.download_yaml")),
      upload(page, "schemes", t("page.upload_scheme")),
      Object.keys(scheme.changes).length
        ? h("button", { type: "button", class: "link", id: "reset-all", onclick: () => page.change((now) => { now.schemes[now.sel].changes = {}; }, { rebuild: true, wait: 0 }) }, t("page.reset_all", { n: Object.keys(scheme.changes).length }))
        : null,
      state.sel > 0 && state.schemes.length > 2
        ? h("button", { type: "button", class: "link", id: "remove-scheme", onclick: () => remove(page) }, t("page.remove_scheme", { letter }))
        : null,
    ),
  );
}

function add(page) {
  const used = new Set(page.state.schemes.map((scheme) => scheme.ref));
  const liked = ["municipal_closed_loop", "forced_ranking", "implicit_incentives", "scoring_reform", ...page.start.schemes.map((one) => one.name)];
  const fitting = page.bureau?.fitting ?? liked;
  const ref = liked.find((name) => !used.has(name) && fitting.includes(name)) ?? page.state.schemes.at(-1).ref;
  page.change((state) => {
    state.schemes.push({ ref, changes: {}, title: "" });
    state.sel = state.schemes.length - 1;
  }, { rebuild: true, wait: 0 });
  $("#scheme-pick").focus();
}

function remove(page) {
  const gone = page.title(page.state.sel);
  page.change((state) => {
    state.schemes.splice(state.sel, 1);
    state.sel = Math.min(state.sel, state.schemes.length - 1);
  }, { rebuild: true, wait: 0 });
  $(`#tab-${LETTERS[page.state.sel]}`).focus();
  say(t("page.removed", { title: gone }));
}

function horizonPart(page) {
  const [low, high] = page.start.months;
  const field = (id, label, value, min, max, set, help) =>
    h("label", { class: "field" }, h("span", {}, label),
      h("input", { type: "number", id, min, max, step: 1, value, inputmode: "numeric", title: help,
        onchange: (event) => {
          const number = Math.round(Number(event.target.value));
          if (!Number.isFinite(number)) return;
          const kept = Math.min(Math.max(number, min), max);
          event.target.value = kept;
          page.change((state) => set(state, kept));
        } }));
  return h(
    "details",
    { class: "block more" },
    h("summary", {}, t("page.horizon.title")),
    h("div", { class: "row-fields" },
      field("months", t("page.horizon.months"), page.state.months, low, high, (state, n) => { state.months = n; }),
      field("seed", t("page.horizon.seed"), page.state.seed, 0, 2147483647, (state, n) => { state.seed = n; })),
    h("p", { class: "quiet" }, t("page.horizon.about")),
  );
}

export const tasksTold = (tasks, bureau) => {
  const names = Array.isArray(tasks) ? tasks : [tasks];
  return listed(names.map((name) => {
    const task = bureau?.tasks.find((one) => one.name === name);
    if (task) return called(task.title);
    const [kind, rest] = name.split(":");
    if (rest) return t(`page.tasks.${kind}`, { name: called(rest).replaceAll("_", " ") });
    return t(`choice.${name}`);
  }));
};

/* One participant: predicts, designs a scheme or decides a cadre's months, then sees what came of it. */

import { $, fill, h, say } from "../lib/dom.js";
import { percent } from "../lib/numbers.js";
import { aside, joined, named, t } from "../lib/words.js";
import { call, codeOf, keysOf, languageSwitch, problem, remember, remembered, renew, sheet, speak, steps, u, watch } from "./common.js";
import { designSheet, showAttempts } from "./design.js";
import { cardsOf, theoryOf, tradeoffMap } from "./shared.js";
import { yearSheet } from "./year.js";

const code = codeOf();
const secret = remembered(`cadresim.seat.${code}`) ?? keysOf().get("s");
const languages = await speak();
fill($("#top"), h("h1", { id: "title" }, u("workshop")), h("p", { id: "who" }), h("p", {}, u("room_code", { code: "" }), h("span", { class: "code" }, code)), languageSwitch(languages));

let lesson = null;
let phase = "";
let tab = "design";
let latest = null;
let look = () => {};

if (!secret) location.replace(`/workshop?code=${encodeURIComponent(code)}`);
else look = watch(`/rooms/${code}/seat`, secret, show, leave);

const send = (path, body) => call(`/rooms/${code}/${path}`, { method: "POST", secret, body }).then((told) => {
  look();
  setTimeout(look, 400); // what it set going is often there by then
  return told;
});

function leave(error) {
  remember(`cadresim.seat.${code}`, null);
  fill($("#main"), sheet("closed", error.status === 401 ? u("removed") : u("closed_room"), h("p", {}, h("a", { href: `/workshop?code=${encodeURIComponent(code)}` }, u("join_again")))));
}

function show(told) {
  latest = told;
  lesson = told.lesson ?? lesson;
  $("#title").textContent = lesson.title;
  document.title = `${lesson.title} · ${code}`;
  $("#who").textContent = `${u("you_are", { name: told.nickname })} · ${u("people", { n: told.people })}`;
  if (told.phase !== phase) {
    phase = told.phase;
    frame(told);
    say(u(`phase_${phase}`));
  }
  refresh(told);
}

/* What a phase looks like; built once, so that nobody's typing is lost when something comes in. */
function frame(told) {
  const head = sheet("question", t("workshop.question"), h("p", { class: "lead" }, lesson.question), h("details", { class: "beside" }, h("summary", {}, t("workshop.why")), h("p", {}, lesson.why)));
  if (phase === "predict") {
    fill($("#main"), steps(phase), head, sheet("predict", u("predict_title"), h("p", { class: "quiet" }, u("predict_about")), lesson.predict.map((one, index) => question(one, index, told.said[one.name]))));
    return;
  }
  if (phase === "play") {
    const picker = h("div", { class: "tabs", role: "group", "aria-label": u("phase_play") }, ["design", "year"].map((name) => h("button", { class: "button", type: "button", id: `tab-${name}`, "aria-pressed": String(name === tab), onclick: () => pick(name) }, u(`${name}_tab`))));
    fill($("#main"), steps(phase), picker, h("div", { id: "tab-body", class: "stack" }));
    pick(tab);
    return;
  }
  fill($("#main"), steps(phase), head, h("div", { id: "answers" }), h("div", { id: "own-year" }), h("div", { id: "the-map" }), h("div", { id: "attempts-end" }), h("div", { id: "the-theory" }));
}

function pick(name) {
  tab = name;
  for (const one of ["design", "year"]) $(`#tab-${one}`).setAttribute("aria-pressed", String(one === name));
  if (name === "design") {
    const last = latest.designs.at(-1)?.values;
    fill($("#tab-body"), designSheet(lesson, last, (values) => send("designs", { values })), h("div", { id: "attempts" }), h("div", { id: "the-map" }));
  } else fill($("#tab-body"), sheet("story", u("year_title"), h("p", {}, lesson.story)), h("div", { id: "own-year", class: "stack" }));
  refresh(latest);
}

function refresh(told) {
  if (phase === "play" && tab === "design") {
    renew("#attempts", [told.designs, "play"], () => showAttempts(lesson, told.designs));
    renew("#the-map", told.map, () => mapSheet(told));
  }
  if (phase === "play" && tab === "year") yearSheet("#own-year", told.year, lesson, (body) => send("decisions", body));
  if (phase === "explain") {
    renew("#answers", [told.explained, told.said], () => answers(told));
    if (told.year?.view?.is_over) yearSheet("#own-year", told.year, lesson, null);
    renew("#the-map", told.map, () => mapSheet(told));
    renew("#attempts-end", told.designs, () => showAttempts(lesson, told.designs));
    renew("#the-theory", told.explained?.theory, () => (told.explained ? sheet("theory", u("theory"), theoryOf(told.explained)) : null));
  }
}

const mapSheet = (told) => (told.map ? sheet("map", u("map_title"), tradeoffMap(told.map)) : null);

/* --- predictions ----------------------------------------------------------------------------------------------------- */

function question(one, index, said) {
  const state = h("p", { class: "state", role: "status" });
  const because = h("input", { type: "text", id: `because-${one.name}`, maxlength: 240, value: said?.because ?? "", onchange: () => save() });
  let value = said?.value ?? null;
  let field = null;
  let first = null;
  async function save() {
    if (value === null) return;
    state.className = "state";
    state.textContent = u("saving");
    try {
      await send("predictions", { name: one.name, value, because: because.value });
      state.textContent = u("saved");
    } catch (error) {
      state.className = "state bad";
      state.textContent = u("not_saved", { problem: problem(error) });
    }
  }
  if (one.kind === "number") {
    const told = h("output", { for: `number-${one.name}` }, value === null ? "–" : numberTold(one, value));
    const step = (one.high - one.low) / 100;
    first = h("input", {
      type: "range", id: `number-${one.name}`, min: one.low, max: one.high, step, value: value ?? (one.low + one.high) / 2,
      "aria-valuetext": value === null ? "–" : numberTold(one, value),
      oninput: (event) => {
        value = Number(Number(event.target.value).toFixed(6));
        told.textContent = numberTold(one, value);
        event.target.setAttribute("aria-valuetext", told.textContent);
      },
      onchange: save,
    });
    field = h("div", { class: "lever" }, h("label", { for: `number-${one.name}` }, u("your_guess")), told, first);
  } else {
    field = one.ways.map((way, at) => {
      const input = h("input", { type: "radio", name: `q-${one.name}`, id: `q-${one.name}-${at}`, value: way.name, checked: value === way.name, onchange: () => { value = way.name; save(); } });
      return h("label", { class: "choice", for: input.id }, input, h("span", {}, way.title));
    });
  }
  const title = `asks-${one.name}`;
  return h("div", { class: "card question", role: "group", "aria-labelledby": title }, h("h3", { id: title }, `${index + 1}. ${one.asks}`), field, h("label", { class: "field wide", for: because.id }, u("because"), because), state);
}

const numberTold = (one, value) => (one.share ? percent(100 * value) : value.toFixed(2));

function answers(told) {
  if (!told.explained) return sheet("explained", u("explain_title"), h("p", { class: "quiet" }, u("explain_wait")));
  return sheet(
    "explained",
    u("explain_title"),
    told.explained.answers.map((one) => {
      const said = told.said[one.name];
      const asked = lesson.predict.find((each) => each.name === one.name);
      const given = !said ? u("explain_none") : asked.kind === "number" ? numberTold(asked, said.value) : asked.ways.find((way) => way.name === said.value)?.title ?? "";
      const verdict = one.right === null || one.right === undefined ? "" : u(one.right ? "explain_right" : "explain_wrong");
      return h("article", { class: `card${one.right === true ? " right" : one.right === false ? " wrong" : ""}` }, h("h3", {}, one.asks), h("p", { class: "quiet" }, said ? named(u("explain_yours"), `${given}${verdict ? aside(verdict) : ""}`) : given), h("p", {}, one.explain));
    }),
    cardsOf(told.explained),
    h("p", { class: "quiet" }, told.explained.made, t("describe.space"), joined(told.explained.sources)),
  );
}

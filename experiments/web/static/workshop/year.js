/* A cadre's year: what reaches him this month, what he decides, and in the end what came of it. */

import { $, h } from "../lib/dom.js";
import { fixed, percent } from "../lib/numbers.js";
import { called, has, listed, named, t } from "../lib/words.js";
import { problem, renew, sheet, u } from "./common.js";
import { table } from "./shared.js";

const GRADES = ["top", "second", "ordinary", "bottom"];
const grade = (name) => u(`grade_${name ?? "none"}`);

export function yearSheet(selector, year, lesson, decide) {
  const view = year?.view;
  if (!year || (!view && year.cadre)) {
    renew(selector, "waiting", () => h("p", { class: "quiet" }, u("year_waiting")));
    return;
  }
  if (!year.cadre) {
    renew(selector, "no place", () => h("p", {}, u("year_no_place")));
    return;
  }
  if (view.is_over) {
    renew(selector, year.result ?? "wait", () => over(year, view));
    return;
  }
  renew(selector, [view.month, view.seat], () => month(year, view, lesson, decide));
  const place = $("#month-wait");
  if (place) place.textContent = u("waiting_for", { n: year.decided, all: year.here });
  const state = $("#month-state");
  if (state && year.own && !state.classList.contains("bad")) state.textContent = u("decided");
}

const titles = (view) => Object.fromEntries(view.tasks.map((task) => [task.name, called(task.title)]));

function messageTold(one, view) {
  const names = titles(view);
  const parts = { ...one };
  if (Array.isArray(parts.tasks)) parts.tasks = listed(parts.tasks.map((name) => names[name] ?? name));
  if (parts.grade) parts.grade = grade(parts.grade);
  const text = t(`play.message.${one.key}`, parts);
  if (!one.attainment) return text;
  return `${text} ${listed(Object.entries(one.attainment).map(([name, share]) => `${names[name] ?? name} ${percent(100 * share)}`))}`;
}

function month(year, view, lesson, decide) {
  const own = year.own ?? {};
  const last = view.last_month;
  const chosen = { effort: own.effort ?? last?.move?.effort ?? "steady", report: own.report ?? last?.move?.report ?? "honest", predict: own.predict ?? last?.move?.predict ?? null };
  const state = h("p", { class: "state", role: "status", id: "month-state" });
  async function submit(event) {
    event.preventDefault();
    state.className = "state";
    state.textContent = u("saving");
    try {
      await decide({ month: view.month, ...chosen });
      state.textContent = u("decided");
    } catch (error) {
      state.className = "state bad";
      state.textContent = problem(error);
    }
  }
  const radios = (name, values) =>
    values.map((value) => {
      const id = `${name}-${value}`;
      const input = h("input", { type: "radio", name, id, value, checked: chosen[name] === value, onchange: () => { chosen[name] = value; } });
      return h("label", { class: "choice", for: id }, input, h("span", {}, said(name, value, "name"), h("small", {}, said(name, value, "sentence"))));
    });
  const names = titles(view);
  return sheet(
    "month",
    u("month_of", { month: view.month, n: view.n_months }),
    h("p", { class: "quiet" }, u("year_under", { scheme: lesson.under, cadre: view.seat, department: view.department })),
    h("ul", { class: "messages" }, view.messages.map((one) => h("li", {}, messageTold(one, view)))),
    h("p", {}, named(u("exhaustion"), u("exhaustion_of", { n: fixed(view.exhaustion, 1) })), view.last_grade && view.last_grade !== "none" ? ` · ${named(u("year_row_grade"), grade(view.last_grade))}` : ""),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": u("month_tasks") },
      h(
        "table",
        {},
        h("caption", {}, u("month_tasks")),
        h("thead", {}, h("tr", {}, [u("month_task"), u("month_share"), u("month_target"), ...(last ? [u("month_made"), u("month_reported")] : [])].map((head, index) => h("th", { scope: "col", class: index ? "num" : null }, head)))),
        h("tbody", {}, view.tasks.map((task) => h("tr", {}, h("th", { scope: "row" }, names[task.name], h("br"), h("em", {}, task.is_counted ? u("month_counted") : u("month_uncounted"))), h("td", { class: "num" }, percent(100 * task.share)), h("td", { class: "num" }, task.is_counted ? fixed(task.share * task.target, 2) : "–"), last ? [h("td", { class: "num" }, fixed(last.made[task.name], 2)), h("td", { class: "num" }, fixed(last.reported[task.name], 2))] : null))),
      ),
    ),
    h(
      "form",
      { class: "stack", onsubmit: submit },
      h("fieldset", {}, h("legend", {}, u("month_how")), radios("effort", view.efforts)),
      h("fieldset", {}, h("legend", {}, u("month_report")), radios("report", view.reports)),
      h("label", { class: "field wide", for: "predict-grade" }, u("month_grade"), h("select", { id: "predict-grade", onchange: (event) => { chosen.predict = event.target.value || null; } }, h("option", { value: "" }, u("month_no_guess")), view.grades.filter((name) => GRADES.includes(name)).map((name) => h("option", { value: name, selected: chosen.predict === name }, grade(name))))),
      h("div", { class: "buttons" }, h("button", { class: "button primary large", type: "submit", id: "decide" }, u("decide")), h("p", { class: "quiet", id: "month-wait" })),
      state,
    ),
  );
}

const said = (name, value, part) => (has(`play.${name}.${value}.${part}`) ? t(`play.${name}.${value}.${part}`) : value);

function over(year, view) {
  const result = year.result;
  if (!result) return sheet("year-over", u("year_over"), h("p", { class: "quiet" }, u("year_result_wait")));
  const number = (value) => (value === null || value === undefined ? "–" : fixed(value, 1));
  const rows = [
    ["grade", grade], ["place", (value) => `${value} / ${result.own.of}`], ["place_by_contribution", (value) => `${value} / ${result.own.of}`], ["score", number], ["effort", number],
    ["made", number], ["reported", number], ["exhaustion", number], ["found_out", String], ["pay", (value) => fixed(value, 2)],
  ];
  const guess = result.predicted.at(-1);
  return sheet(
    "year-over",
    u("year_over"),
    guess ? h("p", { class: "lead" }, result.prediction_met ? u("year_guess_right", { grade: grade(guess) }) : u("year_guess_wrong", { grade: grade(guess), own: grade(result.own.grade) })) : null,
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": u("year_over") },
      h(
        "table",
        {},
        h("caption", { class: "unseen" }, u("year_over")),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, ""), h("th", { scope: "col", class: "num" }, u("year_own")), h("th", { scope: "col", class: "num" }, u("year_model")))),
        h("tbody", {}, rows.map(([name, show]) => h("tr", {}, h("th", { scope: "row" }, u(`year_row_${name}`)), h("td", { class: "num" }, show(result.own[name])), h("td", { class: "num" }, show(result.model[name]))))),
      ),
    ),
    h("p", {}, u("year_luck")),
    table("year-months", u("table"), [u("month"), u("year_row_effort"), u("month_made"), u("month_reported")], result.months.map((one) => [String(one.month), fixed(sum(one.effort), 2), fixed(sum(one.made), 2), fixed(sum(one.reported), 2)])),
  );
}

const sum = (parts) => Object.values(parts).reduce((total, part) => total + part, 0);

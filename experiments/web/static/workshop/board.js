import { named } from "../lib/words.js";
import { $, fill, h } from "../lib/dom.js";
import { codeOf, joinAddress, keysOf, languageSwitch, renew, sheet, speak, steps, u, watch } from "./common.js";
import { cardsOf, distribution, theoryOf, tradeoffMap, yearTable } from "./shared.js";

const code = codeOf();
document.documentElement.dataset.theme = "light"; // a projector shows no dark page
const languages = await speak(keysOf().get("lang"));
document.title = `${code} · cadresim`;
fill($("#top"), h("h1", { id: "title" }, u("workshop")), h("p", { id: "people" }), languageSwitch(languages));
fill($("#main"), h("div", { id: "steps" }), h("div", { id: "head" }), h("div", { id: "body", class: "stack" }));

watch(`/rooms/${code}/board`, keysOf().get("k"), show, () => fill($("#main"), sheet("closed", u("closed_room"))));

function show(told) {
  $("#title").textContent = told.title;
  $("#people").textContent = `${u("people", { n: told.people })}${told.bots ? ` + ${u("bots_here", { n: told.bots })}` : ""}`;
  renew("#steps", told.phase, () => steps(told.phase));
  const address = joinAddress(told);
  renew("#head", [told.phase, told.question, told.task], () =>
    sheet(
      "code-sheet",
      told.phase === "predict" ? u("join_title") : told.title,
      h("p", { class: "board-code" }, h("b", {}, told.code), h("span", {}, u("join_at", { address }))),
      h("p", { class: "lead" }, told.phase === "play" ? told.task : told.question),
    ),
  );
  if (told.phase === "predict") renew("#body", [told.phase, told.answered, told.people], () => sheet("waiting", u("predict_title"), h("p", { class: "lead" }, u("answered", { n: told.answered, all: told.people }))));
  else renew("#body", [told.phase, told.map, told.predictions, told.explained, told.year, told.designed, told.people], () => main(told));
}

function main(told) {
  const year = told.year;
  return [
    h(
      "div",
      { class: "board-grid" },
      sheet("map", u("map_title"), told.map ? tradeoffMap(told.map) : h("p", { class: "quiet" }, u("explain_wait")), h("p", { class: "quiet" }, u("designed", { n: told.designed, all: told.people }))),
      h(
        "div",
        { class: "stack" },
        sheet("predictions", u("predictions"), told.predictions.map(distribution)),
        told.phase === "play" || year.results.length ? sheet("year", u("year_board"), h("p", {}, year.month > 12 ? u("year_over") : named(u("month_of", { month: year.month, n: 12 }), u("waiting_for", { n: year.decided, all: year.here }))), yearTable(year)) : null,
      ),
    ),
    told.explained ? sheet("cards", u("explain_title"), cardsOf(told.explained)) : null,
    told.explained ? sheet("theory", u("theory"), theoryOf(told.explained)) : null,
  ];
}

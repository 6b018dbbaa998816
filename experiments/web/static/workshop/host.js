import { $, fill, h } from "../lib/dom.js";
import { currentLanguage, named, t } from "../lib/words.js";
import { call, codeOf, joinAddress, keysOf, languageSwitch, problem, renew, sheet, speak, steps, u, unseen, watch } from "./common.js";
import { distribution, tradeoffMap, yearTable } from "./shared.js";

const code = codeOf();
const key = keysOf().get("k");
const languages = await speak();
document.title = `${u("host_title")} · ${code}`;
fill($("#top"), h("h1", {}, `${u("host_title")} · `, h("span", { id: "lesson-title" })), h("p", {}, u("room_code", { code: "" }), h("span", { class: "code" }, code)), h("p", { id: "people" }), languageSwitch(languages));

const state = h("p", { class: "state bad", role: "alert" });
const bots = h("input", { id: "bots", type: "number", min: 0, value: "0", inputmode: "numeric" });
const locked = h("input", { id: "locked", type: "checkbox", onchange: () => steer({ locked: locked.checked }) });
let latest = null;
let look = () => {};

fill(
  $("#main"),
  h("div", { id: "steps" }),
  h(
    "div",
    { class: "host-grid" },
    h(
      "div",
      {},
      sheet("phase", u("host_phase"), h("div", { class: "buttons", id: "phases" }), h("div", { id: "year-state", class: "stack" }), state),
      sheet("links", u("join_at", { address: "" }), h("p", { class: "lead secret", id: "join-at" }), h("p", { class: "buttons" }, h("a", { class: "button", href: `/workshop/board/${code}#${new URLSearchParams({ k: keysOf().get("b") ?? key ?? "" })}`, target: "_blank", rel: "noopener" }, u("host_board"))), h("p", { class: "quiet" }, u("host_secret"))),
      sheet(
        "who",
        u("host_people"),
        h("div", { class: "buttons" }, h("label", { class: "field", for: "bots" }, u("bots"), bots), h("button", { class: "button", type: "button", onclick: () => steer({ bots: Number(bots.value) || 0 }) }, u("host_set"), unseen(named("", u("bots"))))),
        h("label", { class: "choice", for: "locked" }, locked, h("span", {}, u("host_lock"))),
        h("div", { id: "seats" }),
      ),
      sheet(
        "tools",
        u("host_tools"),
        h(
          "div",
          { class: "buttons" },
          h("button", { class: "button", type: "button", id: "export", onclick: () => download("answers.csv") }, u("host_export")),
          h("button", { class: "button", type: "button", onclick: () => download("handout.html") }, u("host_sheet")),
          h("button", { class: "button", type: "button", onclick: () => download("handout.html?for=facilitator") }, u("host_notes_sheet")),
        ),
        h("button", { class: "button danger", type: "button", id: "close", onclick: closeRoom }, u("host_close")),
      ),
    ),
    h("div", {}, h("div", { id: "seen", class: "stack" }), h("div", { id: "notes", class: "stack" }), h("div", { id: "reasons" })),
  ),
);

look = watch(`/rooms/${code}/host`, key, show, () => fill($("#main"), sheet("closed", u("closed_room"))));

function show(told) {
  latest = told;
  $("#lesson-title").textContent = told.title;
  $("#people").textContent = u("people", { n: told.people });
  bots.max = told.most;
  if (document.activeElement !== bots) bots.value = String(told.bots);
  locked.checked = told.locked;
  $("#join-at").textContent = `${joinAddress(told)}?code=${code}`;
  renew("#steps", told.phase, () => steps(told.phase));
  renew("#phases", told.phase, () =>
    ["predict", "play", "explain"].map((name) => h("button", { class: `button large${name === told.phase ? " primary" : ""}`, type: "button", id: `phase-${name}`, "aria-pressed": name === told.phase ? "true" : "false", onclick: () => steer({ phase: name }) }, u(`phase_${name}`))),
  );
  renew("#year-state", [told.phase, told.year.month, told.year.decided, told.year.here], () => yearState(told));
  renew("#seats", told.seats, () => h("ul", { class: "people" }, told.seats.map((seat) => seatLine(seat, told))));
  renew("#seen", [told.phase, told.map, told.predictions, told.answered, told.designed, told.people, told.year.results], () => [
    sheet("predictions", u("predictions"), h("p", { class: "quiet" }, u("answered", { n: told.answered, all: told.people })), told.predictions.map(distribution)),
    told.map ? sheet("map", u("map_title"), tradeoffMap(told.map), h("p", { class: "quiet" }, u("designed", { n: told.designed, all: told.people }))) : null,
    told.year.results.length ? sheet("year", u("year_board"), yearTable(told.year)) : null,
  ]);
  renew("#notes", told.notes, () => notes(told.notes));
  renew("#reasons", told.reasons, () => (told.reasons.length ? sheet("reasons-sheet", u("host_reasons"), h("ul", { class: "plain" }, told.reasons.map((one) => h("li", {}, one.because, h("em", {}, ` ${one.nickname}`))))) : null));
}

function yearState(told) {
  if (told.phase !== "play") return null;
  const over = told.year.month > 12;
  return [
    h("p", {}, over ? u("year_over") : named(u("month_of", { month: told.year.month, n: 12 }), u("waiting_for", { n: told.year.decided, all: told.year.here }))),
    h(
      "div",
      { class: "buttons" },
      over ? null : h("button", { class: "button", type: "button", id: "go-on", onclick: () => steer({ go_on: latest.year.month }) }, u("host_go_on", { month: told.year.month })),
      h("button", { class: "button", type: "button", id: "restart", onclick: () => steer({ restart: true }) }, u("host_restart")),
    ),
  ];
}

function seatLine(seat, told) {
  const marks = [seat.bot ? u("host_bot") : null, seat.away ? u("host_away") : null, u("host_said", { n: seat.said }), u("host_designs", { n: seat.designs }), seat.decided && told.phase === "play" ? u("host_decided") : null].filter(Boolean);
  return h("li", {}, h("span", {}, `${seat.number} `, h("strong", {}, seat.nickname), h("br"), h("em", {}, marks.join(" · "))), h("button", { class: "button", type: "button", "aria-label": u("host_remove", { name: seat.nickname }), onclick: () => steer({ remove: seat.number }) }, "×"));
}

function notes(told) {
  const list = (name) => [h("h3", {}, t(`workshop.${name}`)), h("ul", { class: "plain" }, told[name].map((line) => h("li", {}, line)))];
  const times = Object.entries(told.timing).map(([part, minutes]) => named(t(`workshop.part_${part}`), t("workshop.minutes", { n: minutes })));
  return sheet("notes-sheet", t("workshop.facilitator"), h("p", {}, times.join(" · ")), list("students_say"), list("pitfalls"), list("debrief"));
}

async function steer(body) {
  state.textContent = "";
  try {
    await call(`/rooms/${code}/host`, { method: "POST", secret: key, body });
  } catch (error) {
    state.textContent = problem(error);
  }
  look();
}

async function download(name) {
  state.textContent = "";
  const [path, query = ""] = name.split("?");
  const response = await fetch(`/api/workshop/rooms/${code}/${path}?${new URLSearchParams(query)}&lang=${currentLanguage()}`, { headers: { Authorization: `Bearer ${key}` } });
  if (!response.ok) {
    state.textContent = problem({ status: response.status, message: "" });
    return;
  }
  const file = /filename="([\w.]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? path;
  const link = h("a", { href: URL.createObjectURL(await response.blob()), download: file });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

let sure = false;
async function closeRoom(event) {
  if (!sure) {
    sure = true;
    event.target.textContent = u("host_close_sure");
    setTimeout(() => { sure = false; event.target.textContent = u("host_close"); }, 5000);
    return;
  }
  try {
    await call(`/rooms/${code}`, { method: "DELETE", secret: key });
    fill($("#main"), sheet("closed", u("closed_room")));
  } catch (error) {
    state.textContent = problem(error);
  }
}

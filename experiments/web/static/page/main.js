/* The page: one state, one address; a change asks the server anew and lets go of what nobody waits for any more. */

import { ask, Refused } from "../lib/api.js";
import { $, fill, hush, say } from "../lib/dom.js";
import { called, loadWords, t } from "../lib/words.js";
import { showCadre } from "./cadre.js";
import { showDesign, updateDesign } from "./design.js";
import { showEverything } from "./everything.js";
import { showLines } from "./lines.js";
import { showOutcomes } from "./outcomes.js";
import { showPicture } from "./picture.js";
import { pageAddress, readState, viewQuery } from "./state.js";
import { showFoot, showTop, theTheme } from "./top.js";
import { showTradeoff } from "./tradeoff.js";
import { showFrame, showStatus } from "./frame.js";
import { showWinners } from "./winners.js";

const page = {
  state: null,
  start: null, // bureaus, schemes, outcomes, controls: what there is
  bureau: null, // the bureau of the view
  told: null, // schemes of the view: values, sources, advice
  run: null, // latest numbers
  winners: null,
  problems: [], // what the server refused of the present state
  phase: "waiting",
  change,
  look,
  setLanguage,
  title: (index) => titleOf(index),
  outcome: (name) => page.start.outcomes.find((one) => one.name === name),
};

let leaving = new AbortController();
let soon = null;
let generation = 0;

async function begin() {
  theTheme();
  page.state = await readState();
  const wanted = page.state.lang ?? remembered("lang") ?? (navigator.language?.startsWith("zh") ? "zh" : "en");
  page.languages = await loadWords(wanted).catch(() => loadWords("en"));
  page.start = await ask("/api/start");
  await sendOwn();
  showAll();
  addEventListener("popstate", () => location.reload());
  let width = innerWidth;
  addEventListener("resize", () => {
    if (Math.abs(innerWidth - width) < 24) return;
    width = innerWidth;
    render();
  });
  await recompute();
}

function showAll() {
  document.title = t("page.title");
  $("#skip").textContent = t("page.skip");
  showTop(page);
  showFoot(page);
  showFrame(page);
  showDesign(page);
  render();
}

/* A change of what is simulated: shown at once, asked for after a breath, so that dragging asks a few times only. */
function change(alter, { rebuild = false, wait = 70 } = {}) {
  page.state.left = [];
  alter(page.state);
  remember();
  if (rebuild) showDesign(page);
  clearTimeout(soon);
  soon = setTimeout(recompute, wait);
}

/* A change of how it is looked at: nothing is simulated anew. */
function look(alter, { rebuild = false } = {}) {
  alter(page.state);
  remember();
  if (rebuild) showDesign(page);
  render();
}

async function setLanguage(language) {
  await loadWords(language);
  hush();
  page.state.lang = language;
  localStorage.setItem("cadresim-lang", language);
  remember();
  showAll();
}

async function remember() {
  history.replaceState(null, "", await pageAddress(page.state));
}

function remembered(name) {
  try {
    return localStorage.getItem(`cadresim-${name}`);
  } catch {
    return null;
  }
}

async function recompute() {
  leaving.abort();
  leaving = new AbortController();
  const mine = ++generation;
  const { signal } = leaving;
  const isMine = () => mine === generation;
  page.phase = "working";
  page.began = performance.now();
  showStatus(page);
  try {
    await Promise.all([describe(signal, isMine), simulate(signal, isMine)]);
  } catch (error) {
    if (!isMine() || error.name === "AbortError") return;
    await failed(error, isMine);
  }
}

async function describe(signal, isMine) {
  const query = viewQuery(page.state);
  const asked = [ask(`/api/schemes?${query}`, { signal })];
  if (page.bureau?.asked !== page.state.o) asked.push(ask(`/api/bureau?o=${encodeURIComponent(page.state.o)}`, { signal }));
  const [told, bureau] = await Promise.all(asked);
  if (!isMine()) return;
  if (bureau) page.bureau = { ...bureau, asked: page.state.o };
  page.told = told.schemes;
  page.problems = [];
  updateDesign(page, { bureauChanged: Boolean(bureau) });
}

async function simulate(signal, isMine) {
  const onBusy = () => {
    page.phase = "busy";
    showStatus(page);
  };
  for (const n of page.start.steps) {
    const run = await ask(`/api/run?${viewQuery(page.state, { n })}`, { signal, onBusy });
    if (!isMine()) return;
    page.run = run;
    page.phase = n === page.start.steps.at(-1) ? "settled" : "settling";
    if (n === page.start.steps[0]) document.dispatchEvent(new CustomEvent("cadresim:numbers", { detail: performance.now() - page.began }));
    render();
    if (page.phase === "settled") say(t("page.settled_said", { n: run.replicates }));
    if (n >= 16) {
      const winners = await ask(`/api/winners?${viewQuery(page.state, { n })}`, { signal });
      if (!isMine()) return;
      page.winners = winners;
      showWinners(page);
    }
  }
  showPicture(page, { stale: true });
  showCadre(page, { stale: true });
}

async function failed(error, isMine) {
  if (error instanceof Refused && error.status === 410 && Object.keys(page.state.own).length && !page.resent) {
    page.resent = true;
    await sendOwn();
    if (isMine()) await recompute();
    page.resent = false;
    return;
  }
  page.phase = error instanceof Refused && error.status === 400 ? "refused" : "failed";
  page.problems = error.findings?.length ? error.findings : [{ path: "", problem: told(error), found: "", expected: "", hint: "" }];
  updateDesign(page);
  showStatus(page);
}

function told(error) {
  if (error instanceof Refused) return error.message;
  return t("page.unreachable");
}

/* Own documents out of a link, or those the server no longer keeps. */
async function sendOwn() {
  for (const [key, one] of Object.entries(page.state.own)) {
    try {
      const taken = await ask(`/api/documents/${one.kind}`, { method: "POST", body: one.text, headers: { "Content-Type": "text/plain" } });
      page.state.own[key] = { ...one, title: taken.title, summary: taken.summary, cadres: taken.cadres };
    } catch (error) {
      if (!error.findings?.length) continue;
      page.state.left.push(...error.findings);
      delete page.state.own[key]; // nor is it sent again
    }
  }
}

function titleOf(index) {
  const scheme = page.state.schemes[index];
  if (scheme.title) return scheme.title;
  const known = page.start.schemes.find((one) => one.name === scheme.ref) ?? page.state.own[scheme.ref];
  const title = called(known?.title ?? scheme.ref);
  return Object.keys(scheme.changes).length ? t("page.changed_title", { title }) : title;
}

function render() {
  showStatus(page);
  if (!page.run) return;
  showOutcomes(page);
  showTradeoff(page);
  showLines(page);
  showWinners(page);
  showPicture(page);
  showCadre(page);
  showEverything(page);
}

begin().catch((error) => {
  fill($("#results"), told(error));
  throw error;
});

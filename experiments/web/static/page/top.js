/* The head of the page: its name, the language, light or dark, the link, the report; and its foot. */

import { $, fill, h, say } from "../lib/dom.js";
import { currentLanguage, t } from "../lib/words.js";
import { pageAddress, viewQuery } from "./state.js";

const THEMES = ["auto", "light", "dark"];

export function theTheme(wanted) {
  let theme = wanted;
  try {
    theme = wanted ?? localStorage.getItem("cadresim-theme") ?? "auto";
    localStorage.setItem("cadresim-theme", theme);
  } catch {
    theme = theme ?? "auto";
  }
  if (!THEMES.includes(theme)) theme = "auto";
  document.documentElement.dataset.theme = theme;
  return theme;
}

export function showTop(page) {
  const language = h(
    "select",
    { id: "language", onchange: (event) => page.setLanguage(event.target.value) },
    Object.entries(page.languages).map(([code, name]) => h("option", { value: code, selected: code === currentLanguage(), lang: code }, name)),
  );
  const theme = h(
    "select",
    { id: "theme", onchange: (event) => theTheme(event.target.value) },
    THEMES.map((name) => h("option", { value: name, selected: name === document.documentElement.dataset.theme }, t(`page.theme.${name}`))),
  );
  fill(
    $("#top"),
    h("div", { class: "brand" }, h("h1", {}, t("page.name")), h("p", { class: "quiet" }, t("page.tagline"))),
    h(
      "div",
      { class: "tools" },
      h("label", { class: "tool" }, h("span", {}, t("page.language")), language),
      h("label", { class: "tool" }, h("span", {}, t("page.theme.title")), theme),
      h("button", { type: "button", class: "button", id: "share", onclick: () => share(page) }, t("page.share")),
      page.start.report && h("button", { type: "button", class: "button primary", id: "report", onclick: () => report(page) }, t("page.report")),
    ),
  );
}

async function share(page) {
  const address = new URL(await pageAddress(page.state), location.href).href;
  const button = $("#share");
  try {
    await navigator.clipboard.writeText(address);
    button.textContent = t("page.shared");
    say(t("page.shared"));
  } catch {
    window.prompt(t("page.share_this"), address);
  }
  setTimeout(() => {
    button.textContent = t("page.share");
  }, 2500);
}

/* The report is written on the server and comes as a file; while it is written the button says so. */
async function report(page) {
  const button = $("#report");
  button.disabled = true;
  button.textContent = t("page.report_writing");
  say(t("page.report_writing"));
  try {
    const response = await fetch(`/api/report?${viewQuery(page.state, { lang: currentLanguage() })}`);
    if (!response.ok) throw new Error(String(response.status));
    const link = h("a", { href: URL.createObjectURL(await response.blob()), download: "report.html" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say(t("page.report_done"));
  } catch {
    say(t("page.report_failed"));
    button.textContent = t("page.report_failed");
    await new Promise((resolve) => setTimeout(resolve, 2500));
  }
  button.disabled = false;
  button.textContent = t("page.report");
}

export function showFoot(page) {
  fill(
    $("#foot"),
    h("p", {}, t("page.foot.limits")),
    h("p", { class: "quiet" }, t("page.foot.how", { version: page.start.version, seed: page.state.seed, months: page.state.months })),
  );
}

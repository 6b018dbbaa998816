/* What all pages of the workshop share: asking the room, watching it, languages, words for what went wrong. */

import { $, fill, h, say } from "../lib/dom.js";
import { called, currentLanguage, loadWords, t } from "../lib/words.js";

export class Refused extends Error {
  constructor(status, problem) {
    super(problem);
    this.status = status;
  }
}

export const u = (key, parts) => t(`workshop.ui.${key}`, parts);

/* One question to our own server. Nothing is tried again here: whoever asks decides. */
export async function call(path, { method = "GET", body, secret } = {}) {
  const headers = {};
  if (secret) headers.Authorization = `Bearer ${secret}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(`/api/workshop${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store", credentials: "omit" });
  if (response.status === 204) return null;
  const told = await response.json().catch(() => null);
  if (!response.ok) throw new Refused(response.status, told?.error?.problem ?? "");
  return told;
}

export function problem(error) {
  const known = [400, 401, 403, 404, 409, 413, 429, 500, 503];
  const key = known.includes(error.status) ? error.status : "other";
  const told = error.status ? called(error.message) : u("lost");
  return u(`error_${key}`, { problem: told });
}

const LANGUAGE = "cadresim.language";

export async function speak(preferred) {
  const asked = new URLSearchParams(location.search).get("lang");
  const kept = remembered(LANGUAGE);
  const browser = navigator.language.startsWith("zh") ? "zh" : "en";
  const wanted = [asked, kept, preferred, browser].find((code) => code === "en" || code === "zh");
  const languages = await loadWords(wanted);
  $("#skip").textContent = t("workshop.skip");
  return languages;
}

export function languageSwitch(languages) {
  return h(
    "label",
    { class: "field" },
    h("span", { class: "unseen" }, u("language")),
    h(
      "select",
      {
        id: "language",
        onchange: (event) => {
          remember(LANGUAGE, event.target.value);
          const url = new URL(location.href);
          url.searchParams.delete("lang");
          if (url.href === location.href) location.reload();
          else location.replace(url);
        },
      },
      Object.entries(languages).map(([code, name]) => h("option", { value: code, lang: code, selected: code === currentLanguage() }, name)),
    ),
  );
}

/* Storage may be closed (private windows): then nothing is remembered, and everything else works. */
export function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    /* nothing to do */
  }
}

/* Where phones join. Whoever opened this page by the machine's own number would show an address that no phone reaches: then the
 * server's word counts. Any other name has just been seen to work. */
const OWN = /^(localhost|127\.[\d.]+|\[::1\])$/;
export const joinAddress = (told) => (OWN.test(location.hostname) ? told.join_at : `${location.origin}/workshop`);

export const codeOf = () => decodeURIComponent(location.pathname.split("/").pop()).toUpperCase();
export const keysOf = () => new URLSearchParams(location.hash.slice(1));

const EVERY = 1500;
const SLOWEST = 15000;

/* Watches a room: asks every moment what is new, slower while nothing answers, at once when the phone wakes up. */
export function watch(path, secret, show, refused) {
  let version = null;
  let timer = null;
  let failures = 0;
  let asking = false;
  async function look() {
    if (asking) return;
    asking = true;
    clearTimeout(timer);
    let wait = EVERY;
    try {
      const query = new URLSearchParams({ lang: currentLanguage() });
      if (version !== null) query.set("since", version);
      const told = await call(`${path}?${query}`, { secret });
      if (failures) connected(true);
      failures = 0;
      if (told) {
        version = told.version;
        await show(told);
      }
    } catch (error) {
      if (error instanceof Refused && [401, 403, 404].includes(error.status)) {
        refused(error);
        return;
      }
      if (!(error instanceof Refused) && !(error instanceof TypeError)) console.error(error);
      failures += 1;
      if (failures > 1) connected(false);
      wait = Math.min(SLOWEST, EVERY * 2 ** Math.min(failures, 4));
    } finally {
      asking = false;
    }
    timer = setTimeout(look, document.hidden ? 4 * wait : wait);
  }
  document.addEventListener("visibilitychange", () => !document.hidden && look());
  window.addEventListener("online", look);
  look();
  return look;
}

function connected(isThere) {
  $("#banner")?.remove();
  if (isThere) say(u("back"));
  else document.body.prepend(h("p", { class: "banner", id: "banner", role: "status" }, u("lost")));
}

export const sheet = (id, title, ...children) => h("section", { class: "sheet", id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title` }, title), ...children);

export function steps(phase) {
  return h(
    "ol",
    { class: "steps" },
    ["predict", "play", "explain"].map((name, index) => h("li", { "aria-current": name === phase ? "step" : null }, `${index + 1} ${u(`phase_${name}`)}`)),
  );
}

/* Fill a place only when what it shows has changed, and leave alone what somebody is using. */
const shown = new Map();
export function renew(selector, content, make) {
  const place = typeof selector === "string" ? $(selector) : selector;
  if (!place) return;
  const text = JSON.stringify(content);
  if (shown.get(place) === text) return;
  shown.set(place, text);
  const focused = document.activeElement?.id;
  const open = [...place.querySelectorAll("details[open]")].map((one) => one.id);
  fill(place, make());
  open.forEach((id) => id && document.getElementById(id)?.setAttribute("open", ""));
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
}

export const unseen = (text) => h("span", { class: "unseen" }, text);

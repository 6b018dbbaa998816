/* What the page shows, and its address: whoever opens the link sees the same. */

export const LETTERS = ["A", "B", "C", "D"];
export const MOST_SCHEMES = 4;
const MOST_PACKED = 400_000; // characters of own documents that are unpacked from a link
const FIRST = { o: "county_bureau", schemes: ["deduction_heavy", "combined_incentives"] };

export function firstState() {
  return {
    o: FIRST.o,
    schemes: FIRST.schemes.map((ref) => ({ ref, changes: {}, title: "" })),
    months: 36,
    seed: 1,
    lang: null,
    sel: 1,
    x: "goal_attainment",
    y: "burnout_share",
    own: {},
    left: [], // what the address asks for and the page cannot show: told until something is changed
  };
}

export async function readState() {
  const state = firstState();
  const query = new URLSearchParams(location.search);
  state.o = query.get("o") ?? state.o;
  const asked = query.getAll("s");
  if (asked.length) state.schemes = asked.slice(0, MOST_SCHEMES).map(readScheme);
  if (asked.length > MOST_SCHEMES) state.left.push({ path: "s", found: String(asked.length), expected: `1–${MOST_SCHEMES}` });
  state.months = numberOf(query.get("months"), state.months);
  state.seed = numberOf(query.get("seed"), state.seed);
  state.lang = query.get("lang");
  const last = state.schemes.length - 1;
  const sel = numberOf(query.get("sel"), Math.min(state.sel, last));
  const isThere = Number.isInteger(sel) && sel <= last;
  state.sel = isThere ? sel : Math.min(state.sel, last);
  if (!isThere) state.left.push({ path: "sel", found: String(sel).slice(0, 40), expected: `0–${last}` });
  state.x = query.get("x") ?? state.x;
  state.y = query.get("y") ?? state.y;
  state.own = await readOwn(state);
  return state;
}

/* Digits as a number; anything else stays as it is written, so that the server refuses it in words. */
const numberOf = (written, usual) => (written === null ? usual : /^\d+$/.test(written) ? Number(written) : written);

function readScheme(text) {
  const [ref, ...parts] = text.split("~");
  const scheme = { ref, changes: {}, title: "" };
  for (const part of parts) {
    const at = part.indexOf("=");
    const [path, written] = [part.slice(0, at), part.slice(at + 1)];
    if (path === "title") scheme.title = written;
    else scheme.changes[path] = written !== "" && !Number.isNaN(Number(written)) ? Number(written) : written;
  }
  return scheme;
}

export function schemeText(scheme) {
  const changes = Object.entries(scheme.changes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, value]) => `~${path}=${value}`);
  const title = scheme.title ? `~title=${scheme.title.replaceAll("~", "-")}` : "";
  return scheme.ref + changes.join("") + title;
}

/* What the server is asked with: the view, nothing of how it is looked at. Readable: only what must be is encoded. */
export function viewQuery(state, more = {}) {
  const parts = [["o", state.o], ...state.schemes.map((scheme) => ["s", schemeText(scheme)]), ["months", state.months], ["seed", state.seed]];
  return [...parts, ...Object.entries(more)].map(([name, value]) => `${name}=${readable(String(value))}`).join("&");
}

const readable = (text) => encodeURIComponent(text).replaceAll("%7E", "~").replaceAll("%3D", "=").replaceAll("%20", "+");

export async function pageAddress(state) {
  const more = { sel: state.sel, x: state.x, y: state.y };
  if (state.lang) more.lang = state.lang;
  const own = await ownText(state);
  return `${location.pathname}?${viewQuery(state, more)}${own ? `#own=${own}` : ""}`;
}

/* Documents of one's own travel in the fragment of the link, packed; the server keeps them only for a while. */
async function ownText(state) {
  const used = new Set([state.o, ...state.schemes.map((scheme) => scheme.ref)]);
  const kept = Object.entries(state.own).filter(([key]) => used.has(key));
  if (!kept.length) return "";
  const stream = new Blob([JSON.stringify(kept)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function readOwn(state) {
  const packed = new URLSearchParams(location.hash.slice(1)).get("own");
  if (!packed) return {};
  const entries = await unpacked(packed).catch(() => null);
  const documents = Array.isArray(entries) ? entries.filter(isDocument) : [];
  if (documents.length === 0 || documents.length < entries.length) state.left.push({ path: "own" });
  return Object.fromEntries(documents);
}

const isDocument = (entry) => Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1]?.text === "string";

async function unpacked(packed) {
  if (packed.length > MOST_PACKED) return null;
  const text = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

/* Words of the page: the catalogue that all fronts share, by key. */

let language = "en";
let texts = {};
let documents = {};
let singulars = new Map();

export async function loadWords(wanted) {
  const response = await fetch(`/api/words/${wanted}`);
  if (!response.ok) throw new Error(`words ${response.status}`);
  const told = await response.json();
  ({ language, texts, documents } = told);
  singulars = new Map(Object.entries(told.singulars));
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
  return told.languages;
}

export const currentLanguage = () => language;

export function t(key, parts = {}) {
  const text = texts[key];
  return text === undefined ? key : filled(text, parts);
}

/* A sentence with its places, `{n}`, filled. */
export const filled = (text, parts) =>
  agreeing(text, parts).replace(/\{(\w+)\}/g, (whole, name) => (name in parts ? String(parts[name]) : whole));

/* English counts of one stand before singulars, as `agreeing` of sim/lang makes them. */
const agreeing = (text, parts) =>
  text.replace(/\{(\w+)\} (?:\{(\w+)\}|([a-z]+))/g, (whole, count, name, behind) => {
    const one = singulars.get(behind ?? parts[name]);
    return one && String(parts[count]) === "1" ? `{${count}} ${one}` : whole;
  });

export const has = (key) => key in texts;

/* A title or summary out of a ready document; what users wrote stays as it is. */
export const called = (english) => documents[english] ?? english;

/* How a language sets what stands beside: '(kept apart)', 'name: what of it', 'one; another', 'A sentence. '. */
export const aside = (text) => t("page.aside", { text });
export const named = (name, text) => t("page.named", { name, text });
export const joined = (parts) => parts.join(t("page.between"));
export const sentence = (text) => t("page.sentence", { text });

export function listed(parts) {
  if (language === "zh") return parts.join("、");
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} ${t("page.and")} ${parts.at(-1)}`;
}

/* Numbers as people read them: shares as per cent, differences of shares as percentage points, a true minus sign. */

import { t } from "./words.js";

const SHARES = new Set(["share", "share of goal", "share of time", "share a year", "share of most possible"]);
export const isShare = (unit) => SHARES.has(unit);

export function fixed(value, digits, signed = false) {
  const text = Math.abs(value).toFixed(digits);
  const sign = Number(text) === 0 ? "" : value < 0 ? "\u2212" : signed ? "+" : "";
  return sign + text;
}

/* A number of per cent with its sign, as the language sets it: '31.2 %', in Chinese '31.2%'. */
export const percent = (value, digits = 0) => perCent(fixed(value, digits));
export const perCent = (text) => `${text}${t("page.per_cent")}`;

/* A level; where a difference stands beside it, with enough digits that the difference can come out of it. */
export function level(unit, value, beside = Infinity) {
  if (value === null || value === undefined) return t("page.missing");
  if (isShare(unit)) return percent(100 * value, 1);
  const fine = Math.abs(beside) > 0 && Math.abs(beside) < 0.0005;
  return fixed(value, fine ? 4 : Math.abs(value) < 1 ? 3 : 2);
}

/* Digits of a difference at most, and the least that still shows in them: what is smaller is a zero of rounding. */
const MOST_DIGITS = 4;
const LEAST_SEEN = 0.5 * 10 ** -MOST_DIGITS;

export function difference(unit, value, half = Infinity, withUnit = true) {
  if (value === null || value === undefined) return t("page.missing");
  const factor = isShare(unit) ? 100 : 1;
  let digits = isShare(unit) ? 1 : Math.abs(value) < 1 ? 3 : 2;
  const sizes = [Math.abs(value) * factor, half * factor].filter((size) => size >= LEAST_SEEN && Number.isFinite(size));
  const smallest = Math.min(Infinity, ...sizes);
  while (digits < MOST_DIGITS && smallest < 0.5 * 10 ** -digits) digits += 1;
  return fixed(factor * value, digits, true) + (withUnit && isShare(unit) ? ` ${t("page.pp")}` : "");
}

export function interval(unit, low, high) {
  if (low === null || high === null) return "";
  const half = (high - low) / 2;
  return `[${difference(unit, low, half, false)}, ${difference(unit, high, half, false)}]`;
}

export function tick(unit, value, signed = false) {
  const shown = isShare(unit) ? 100 * value : value;
  const text = String(Number(Math.abs(shown).toPrecision(6)));
  return (Number(text) === 0 ? "" : shown < 0 ? "\u2212" : signed ? "+" : "") + text;
}

export function ticks(low, high, wanted = 4) {
  const found = stepped(low, high, wanted);
  return found.length < 2 && high > low ? stepped(low, high, 2 * wanted) : found; // one number alone is no scale
}

function stepped(low, high, wanted) {
  const span = high - low || 1;
  const raw = span / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((f) => f * power).find((f) => f >= raw * 0.999);
  const found = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n += 1) found.push(Number((n * step).toPrecision(12)));
  return found;
}

/* A control's number, without superfluous digits. */
export const plainNumber = (value) => String(Number(Number(value).toPrecision(10)));

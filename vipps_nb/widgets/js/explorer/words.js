/** What a field means and allows, in words. */

/** @import { Limits } from "./types.js" */

/** Formats that say nothing to somebody who types. */
const MACHINES_FORMATS = ["int32", "int64", "password", "double", "float"];

/** What minor units are called. @type {Record<string, string>} */
const MINOR = { NOK: "øre", DKK: "øre", SEK: "öre", EUR: "cents" };

/**
 * Minor units as money: 499.00 NOK.
 * @param {unknown} value
 * @param {string} currency
 */
export function moneyWords(value, currency) {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return "in minor units: 49900 is 499.00";
  const [whole, rest] = [Math.floor(Math.abs(value) / 100), Math.abs(value) % 100];
  const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return `${value < 0 ? "−" : ""}${grouped}.${String(rest).padStart(2, "0")}${currency ? ` ${currency}` : ""}`;
}

/**
 * What stands beside an amount: the money that it is, and how many minor units are sent.
 * @param {unknown} value
 * @param {string} currency
 */
export function amountWords(value, currency) {
  const money = moneyWords(value, currency);
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return `${money}; 499.00 may be typed too`;
  return `${money} = ${value} ${MINOR[currency] ?? "minor units"}`;
}

/**
 * @param {number | undefined} least
 * @param {number | undefined} most
 * @param {string} unit
 */
function rangeWords(least, most, unit) {
  const few = least !== undefined && least > 0;
  if (least !== undefined && most !== undefined && (few || unit === "")) return `${least} to ${most}${unit}`;
  if (few) return `at least ${least}${unit}`;
  return most === undefined ? "" : `at most ${most}${unit}`;
}

/**
 * What a field allows.
 * @param {Limits} limits
 */
export function limitWords({ minimum, maximum, minLength, maxLength, minItems, maxItems, format = "" }) {
  const words = [
    rangeWords(minimum, maximum, ""),
    rangeWords(minLength, maxLength, " characters"),
    rangeWords(minItems, maxItems, " entries"),
    MACHINES_FORMATS.includes(format) ? "" : format,
  ];
  return words.filter(Boolean).join(", ");
}

/**
 * Why a text is no JSON.
 * @param {unknown} error
 */
export function jsonFaultWords(error) {
  return `This is not JSON yet: ${error instanceof Error ? error.message : error}`;
}

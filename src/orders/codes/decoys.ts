import { words } from "./languages/languages.ts";
import { createPhrases, isSpaced, lazily, list, type Span, spelling } from "./phrases.ts";

/** Stands where something was that holds no code. It is no letter, digit, space or sign. */
export const HOLE = "\ufffc";

/** The address of a page; without a scheme only with something behind the host. */
export const ADDRESS =
  /(?:https?:\/\/|www\.)[!-~]+|(?<![\w.\-@])[a-z0-9][a-z0-9\-]{0,62}(?:\.[a-z0-9\-]{1,63}){1,6}\/[!-~]*/giv;

const NEVER_CODES: readonly RegExp[] = [
  ADDRESS,
  // Mail addresses.
  /(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,64}(?:\.[\w\-]{1,64}){1,8}/gv,
  // What is left of a number that was made unreadable: `XX1234`, `****1234`, `98******21`, `x-1234`.
  /(?<![\p{L}\d])\d{0,6}(?:[*•●]{2,}|[x×]{2,})[ \-]?[\dx*•]{2,}/giv,
  /(?<![\p{L}\d])(?:\.{2,}|[*•●x×]-?)\d{3,4}(?![\d*\-\p{L}])/giv,
  // What is dialled to ask the operator something: `*121*4821#`.
  /\*[\d*]{2,20}#/gv,
  // Phone numbers that say so themselves.
  /\+ ?\d[\d \(\).\-\/]{5,24}/gv,
];

// In capitals only: several are words as well.
const CURRENCY_CODES = new Set(
  `USD, EUR, GBP, INR, JPY, CNY, RMB, HKD, TWD, NTD, KRW, IDR, MYR, SGD, THB, VND, PHP, AED, SAR, QAR, KWD, OMR, BHD,
    JOD, EGP, MAD, ILS, NIS, IRR, IRT, TRY, RUB, UAH, BYN, KZT, PLN, CZK, HUF, RON, BGN, RSD, HRK, SEK, NOK, DKK, ISK, CHF, CAD,
    AUD, NZD, BRL, MXN, ARS, COP, CLP, PEN, UYU, ZAR, NGN, KES, GHS, PKR, BDT, LKR, NPR, BTC, ETH, USDT`.split(/,\s+/),
);
const currenciesBefore = lazily(
  () => new Set(list("rs, rs., rm, rp, rp., kr, kr., r$, s/, ksh, tk, tk., rmb, fr., 人民币, rub, रु, रु.")),
);
const CURRENCY_AFTER = createPhrases(() =>
  list(`rs, kr, kr., zł, kč, ft, lei, leva, лв, руб, руб., грн, тг, тенге, tl, dhs, ر.س, د.إ, ج.م, تومان, ریال, درهم, جنیه, دینار,
    ש״ח, שח, ש"ח, din, kn, 元, 圆, 圓, 块, 円, 원, บาท, đồng, vnđ, vnd, dollars, dollar, euro, euros, pounds, rupees, pesos, reais,
    bucks, usd, eur, gbp`),
);

const UNITS = createPhrases(() => words("units").filter((unit) => unit.length > 1 || !isSpaced(unit)));
/** For numbers of any length. `482913 min` may be two sentences. */
const LONG_UNITS = createPhrases(() => words("units").filter((unit) => unit.length > 3 || !isSpaced(unit)));
// A Korean counter may be the beginning of another word: 시 of 시스템.
const UNIT_ENDS = /^(?:(?!\p{sc=Hang})|간|이|내|안|까지|동안|후|에|입니다|부터)/v;

const AMOUNT = /(?<![\d.,])(?:\d{1,3}(?:[ .,'’٬]\d{3}){1,4}|\d{1,12})(?:[.,٫]\d{1,4})?(?!\d)/gv;
const COUNT = /(?<!\d)\d{1,4}(?!\d)/gv;

/** The text with holes where it speaks of money, time, addresses and the like. */
export function withHoles(written: string): string {
  let text = written;
  for (const decoy of NEVER_CODES) text = text.replace(decoy, (found) => HOLE.repeat(found.length));
  for (const numbers of [COUNT, AMOUNT]) {
    for (const match of text.matchAll(numbers)) {
      const number = { start: match.index, end: match.index + match[0].length };
      const counted = numbers === COUNT ? count(text, number) : amount(text, number);
      if (counted)
        text = text.slice(0, counted.start) + HOLE.repeat(counted.end - counted.start) + text.slice(counted.end);
    }
  }
  return text;
}

/** Whether it says for how long something is valid, or counts something. */
export function saysCount(text: string): boolean {
  return [...text.matchAll(COUNT)].some((match) =>
    count(text, { start: match.index, end: match.index + match[0].length }),
  );
}

export function saysShare(text: string): boolean {
  return /\d ?[%٪]/v.test(text);
}

/** A number with what it counts. */
function count(text: string, { start, end }: Span): Span | undefined {
  // In scripts without spaces a comma is none of a decimal: `482913,10分钟`.
  const units = /[\d.,:][.,:]$/v.test(text.slice(Math.max(0, start - 2), start)) ? LONG_UNITS : UNITS;
  const unitEnd = unitAfter(text, end, units);
  return unitEnd === undefined ? undefined : { start, end: unitEnd };
}

/** A number with its currency, its unit or its percent sign. */
function amount(text: string, { start, end }: Span): Span | undefined {
  const before = /(?:\p{Sc}|[\p{L}\p{M}$.\/]{1,8}) ?$/v.exec(text.slice(Math.max(0, start - 9), start))?.[0] ?? "";
  const sign = before.trim();
  if (/^\p{Sc}$/v.test(sign) || CURRENCY_CODES.has(sign) || currenciesBefore().has(spelling(sign))) {
    return { start: start - before.length, end };
  }
  const after = text.slice(end, end + 8);
  const signAfter = /^ ?(?:[%٪‰]|\p{Sc}(?! ?\d)|[A-Z]{3,4}(?!\p{L}))/v.exec(after)?.[0];
  if (signAfter !== undefined && (!/[A-Z]/.test(signAfter) || CURRENCY_CODES.has(signAfter.trim()))) {
    return { start, end: end + signAfter.length };
  }
  const unitEnd = unitAfter(text, end, CURRENCY_AFTER) ?? unitAfter(text, end, LONG_UNITS);
  return unitEnd === undefined ? undefined : { start, end: unitEnd };
}

const LONGEST_UNIT = 24;

function unitAfter(text: string, end: number, units: typeof UNITS): number | undefined {
  const rest = text.slice(end, end + LONGEST_UNIT);
  const start = /^[ -]/.test(rest) ? 1 : 0;
  const unitEnd = units.endAt(rest, start);
  return unitEnd !== undefined && UNIT_ENDS.test(rest.slice(unitEnd)) ? end + unitEnd : undefined;
}

import { WORD } from "./phrases.ts";
import type { Name } from "./vocabulary.ts";

/**
 * How much like a code it looks, and so how clearly it must be named as one:
 * `plain` digits in the usual number; `spaced` in unusual groups; `short`, three; `odd`, a year or very long; `mixed`
 * digits and letters; `letters` alone.
 */
export type Shape = "plain" | "spaced" | "short" | "odd" | "mixed" | "letters";

export interface Candidate {
  readonly shape: Shape;
  /** As it is typed in. */
  readonly code: string;
  readonly start: number;
  readonly end: number;
}

// Digits and all that ties digits together, as one: what is part of a date or of a phone number is no code.
const CHAIN = new RegExp(
  String.raw`(?:(?<!${WORD})[A-Z]{1,3}-)?(?<!${WORD})\d+(?:[.,:\/'’\-٫٬]\d+|(?:\) ?| \(?|\()\d+)*`,
  "gv",
);
const MIXED = new RegExp(
  String.raw`(?<!${WORD}|[\-.@\/#&])(?=[A-Z]*\d|[a-z]*\d|\d+[A-Za-z])[A-Za-z\d]{4,10}(?!${WORD}|[\-.@\/]${WORD})`,
  "gv",
);
const LETTERS = new RegExp(
  String.raw`(?<!${WORD}|[\-.@\/#&])[A-Z]{5,8}(?!${WORD})(?=[ "'”’»\]\)*]*(?:[.!,;]?\s*$|[.!]\s|\n))`,
  "gv",
);

const PREFIX = /^[A-Z]{1,3}-/;
const BEFORE = /[+@\\\/\&?]$/v;
const TIED_BEFORE = /[\p{L}\p{N}][\-.\/]$/v;
const AFTER = new RegExp(String.raw`^(?:${WORD}|[%@\/\\\p{No}]|-${WORD}|[.,:]\d)`, "v");
const HYPHENATED = /^(?:\d{3}-\d{3}|\d{4}-\d{4}|\d{3}-\d{2}|[1-9]\d{3}-\d{6})$/;
const SPACED = /^\d{3} \d{3}$/;
const LONG = /^(?:\d{9,10}|\d{3}([ -])\d{3}\1\d{3})$/;
const SPACED_ODDLY = /^(?:\d{4} \d{4}|\d{2} \d{2} \d{2}|\d(?: \d){3,7})$/;
const YEAR = /^(?:19|20)\d\d$/;
const UNPRONOUNCEABLE = /[BCDFGHJKLMNPQRSTVWXZ]{4}|^[^AEIOUY]+$/;

/** Everything in a text that may be a code. Names are there to tell `OTP-4821` from `ABC-4821`. */
export function findCandidates(text: string, names: readonly Name[]): readonly Candidate[] {
  const candidates = [...text.matchAll(CHAIN)].flatMap((match) => {
    const prefix = PREFIX.exec(match[0])?.[0] ?? "";
    const start = match.index;
    const named = prefix !== "" && names.some((name) => name.start === start && name.end === start + prefix.length - 1);
    const cut = named ? prefix.length : 0;
    return readChain(text, match[0].slice(cut), start + cut, names);
  });
  for (const { 0: code, index: start } of text.matchAll(MIXED)) {
    if (isMixed(code)) candidates.push({ shape: "mixed", code, start, end: start + code.length });
  }
  if (/[\p{L}--\p{Lu}]/v.test(text)) {
    for (const { 0: code, index: start } of text.matchAll(LETTERS)) {
      if (UNPRONOUNCEABLE.test(code)) candidates.push({ shape: "letters", code, start, end: start + code.length });
    }
  }
  return candidates.sort((a, b) => a.start - b.start);
}

function readChain(text: string, chain: string, start: number, names: readonly Name[]): readonly Candidate[] {
  const whole = readGroups(text, chain, start, names);
  if (whole !== undefined) return [whole];
  const parts = chain.split(" ");
  const digits = chain.replaceAll(/\D/g, "").length;
  // Short groups that are many are a phone number, or one of a card.
  if (parts.length === 1 || (digits > 8 && parts.every((part) => part.length <= 4))) return [];
  let offset = start;
  return parts.flatMap((part) => {
    const candidate = readGroups(text, part, offset, names);
    offset += part.length + 1;
    return candidate ?? [];
  });
}

function readGroups(text: string, written: string, start: number, names: readonly Name[]): Candidate | undefined {
  const end = start + written.length;
  const before = text.slice(Math.max(0, start - 2), start);
  const tied = TIED_BEFORE.test(before) && !names.some((name) => name.end === start - 1);
  if (BEFORE.test(before) || tied || AFTER.test(text.slice(end, end + 2))) return undefined;
  const code = written.replaceAll(/\D/g, "");
  const shape = shapeOf(written);
  return shape && { shape, code, start, end };
}

function shapeOf(written: string): Shape | undefined {
  const groups = written.replace(PREFIX, "");
  const prefixed = groups !== written;
  if (/^\d{3}$/.test(groups)) return prefixed ? undefined : "short";
  if (YEAR.test(groups)) return prefixed ? undefined : "odd";
  if (/^\d{4,8}$/.test(groups)) return "plain";
  if (prefixed) return undefined;
  if (HYPHENATED.test(groups) || SPACED.test(groups)) return "plain";
  if (SPACED_ODDLY.test(groups)) return "spaced";
  return LONG.test(groups) ? "odd" : undefined;
}

/** `jh7112`, `A1B2C3`; not `500mb`, `3rd`, `24x7` or `Windows10`. */
function isMixed(code: string): boolean {
  if (!/\d/.test(code) || !/[A-Za-z]/.test(code)) return false;
  const changes = code.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0;
  const oneCase = code === code.toUpperCase() || code === code.toLowerCase();
  if (/^\d+x\d+$/i.test(code) || /^\d+[A-Za-z]+$/.test(code)) return false;
  return oneCase || changes >= 3;
}

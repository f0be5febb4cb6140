import { type Phrases, without } from "./phrases.ts";
import { IS } from "./vocabulary.ts";

// What stands between a code and its name, or beside it.

const SIGNS = /[\s:=\-\[\]\(\)\{\}<>"'“”„«»‘’「」『』【】*#~→➜\|_]+/gv;
const SIGNS_BEFORE = /^[\s"'“”«»’\[\]\(\)*,\-]*/v;
const SIGNS_AFTER = /[\s:"'“”«»‘’\[\(*]*$/v;

/** Whether a text begins with one of some phrases, signs apart. */
export function beginsWith(text: string, phrases: Phrases): boolean {
  return phrases.endAt(text, SIGNS_BEFORE.exec(text)?.[0].length ?? 0) !== undefined;
}

export function endsWith(text: string, phrases: Phrases): boolean {
  const end = text.replace(SIGNS_AFTER, "").length;
  return phrases.find(text).some((span) => span.end === end);
}

export function withoutBeginning(text: string, phrases: Phrases): string {
  return text.slice(phrases.endAt(text, SIGNS_BEFORE.exec(text)?.[0].length ?? 0));
}

export function isThenEnds(text: string): boolean {
  return beginsWith(text, IS) && /^\s*(?:$|[\n.!,;。।،؛])/v.test(withoutBeginning(text, IS));
}

/** Whether there is anything but signs and words of the given kind. */
export function saysMore(text: string, words: Phrases): boolean {
  return without(text, words).replaceAll(SIGNS, "") !== "";
}

/** `Your Acme code 1234`, and not a word more. */
export function isAllThereIs(text: string, end: number): boolean {
  return wordCount(text) <= 4 && wordCount(text.slice(end)) === 0;
}

export function wordCount(text: string): number {
  return text.match(/[\p{L}\p{M}]+/gv)?.length ?? 0;
}

import { ADDRESS } from "./decoys.ts";
import type { Span } from "./phrases.ts";
import { sentenceAround } from "./text-parts.ts";
import { LINK, OTHER_LINK, PURPOSE } from "./vocabulary.ts";

const TRAILING = /[.,;:!?'"\)\]\}>]+$/v;
const HAS_PATH = /^(?:https?:\/\/)?[^\/?]+[\/?].{3,}/iv;

/** The one address that the message asks to follow, to verify or to sign in. */
export function findLink(text: string): Span | undefined {
  const places = [...text.matchAll(ADDRESS)].map((match) => ({
    start: match.index,
    end: match.index + match[0].replace(TRAILING, "").length,
  }));
  const asked = places.filter((place) => isAskedFor(text, place));
  const [first] = asked;
  return first && asked.every((place) => sameAddress(text, place, first)) ? first : undefined;
}

function isAskedFor(text: string, { start, end }: Span): boolean {
  const { before, after } = sentenceAround(text, start, end);
  const sentence = `${before} ${after}`;
  if (!HAS_PATH.test(text.slice(start, end)) || OTHER_LINK.isIn(sentence)) return false;
  return PURPOSE.isIn(sentence) || LINK.isIn(sentence);
}

function sameAddress(text: string, a: Span, b: Span): boolean {
  return text.slice(a.start, a.end) === text.slice(b.start, b.end);
}

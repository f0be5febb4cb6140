import { type Candidate, findCandidates } from "./candidates.ts";
import { saysCount, saysShare, withHoles } from "./decoys.ts";
import { findNames, type Name, OFFER, PURPOSE, WARNING } from "./vocabulary.ts";

/** A message taken apart. Positions are those in `text`. */
export interface TextParts {
  /** With holes where there is certainly no code. */
  readonly text: string;
  readonly names: readonly Name[];
  readonly candidates: readonly Candidate[];
  /** Whether it says what one-time codes come with: what for, until when, to be kept secret. */
  readonly speaksOfCodes: boolean;
}

export function takeApart(written: string): TextParts {
  const text = withHoles(written);
  const warned = WARNING.isIn(written);
  const lasts = saysCount(written);
  const found = findNames(text);
  // In an advertisement a code is for the till.
  const advertises = OFFER.isIn(written) || saysShare(written);
  const trusted = warned || lasts || found.some((name) => name.kind === "certain");
  const names = advertises && !trusted ? found.filter((name) => name.kind !== "general") : found;
  return {
    text,
    names,
    candidates: findCandidates(text, names),
    speaksOfCodes: warned || lasts || (PURPOSE.isIn(written) && !advertises),
  };
}

// A full stop before a small letter or a digit is part of an abbreviation, or of a list.
const BREAK = /[!?。！？؟।\n]|\.\s+(?![\s\p{Ll}\d])/v;

export function hasBreak(text: string): boolean {
  return BREAK.test(text);
}

const LONGEST_SENTENCE = 200;

/** What a sentence says before and after a place in it, not too far away. */
export function sentenceAround(
  text: string,
  start: number,
  end: number,
): { readonly before: string; readonly after: string } {
  const before =
    text
      .slice(Math.max(0, start - LONGEST_SENTENCE), start)
      .split(BREAK)
      .at(-1) ?? "";
  const after = text.slice(end, end + LONGEST_SENTENCE).split(BREAK)[0] ?? "";
  return { before, after };
}

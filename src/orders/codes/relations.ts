import type { Candidate } from "./candidates.ts";
import { HOLE } from "./decoys.ts";
import { beginsWith, endsWith, isAllThereIs, isThenEnds, saysMore, withoutBeginning, wordCount } from "./gaps.ts";
import { without } from "./phrases.ts";
import { hasBreak, sentenceAround, type TextParts } from "./text-parts.ts";
import { ENTER, GONE, IS, type Name, PURPOSE, SMALL, SMALL_OR_OF, WARNING } from "./vocabulary.ts";

/** How a message says that something is its code. */
export interface Relation {
  /**
   * - `named`: Your code is 1234
   * - `naming`: 1234 is your code
   * - `namedFarther`: Your code for this and that is 1234
   * - `heading`: 1234 Acme code
   * - `besideNames`: Your code for Acme 1234
   * - `asked`: Enter 1234 to sign in
   * - `alone`: 1234, on a line or in a sentence of its own, in a message about a code
   */
  readonly how: "named" | "naming" | "namedFarther" | "heading" | "besideNames" | "asked" | "alone";
  /** By a name that only one-time codes have. */
  readonly certain: boolean;
  /** By more than standing beside it: with a colon, an "is", quotes. */
  readonly joined: boolean;
}

const JOINS = /[:=→➜>\|"'“„«‘「『【\[\(\-]\s*[*#]?$/v;
const CLAUSE = /[.,;!?。，；！？؟،、।\&+\/]/v;
const LEAD = /(?:^|[\n.,:;!?\-\]\)>。，：；！？】」*"'“«،؛\|~])\s*["'“«„‘「『【\[\(*#]*$/v;
/** Nothing is looked for farther away than this. */
const FARTHEST = 120;

/** A name right before the candidate: of a code, of something else, or none. */
export function nameBefore(parts: TextParts, candidate: Candidate): Relation | "other" | undefined {
  const name = parts.names.findLast((each) => each.end <= candidate.start);
  if (name === undefined) return undefined;
  const gap = parts.text.slice(name.end, candidate.start);
  if (gap.length > FARTHEST || CLAUSE.test(gap.replace(/^\s*\.(?=[:\s]*$)/v, "")) || saysMore(gap, SMALL))
    return undefined;
  const joined = JOINS.test(gap) || endsWith(gap, IS);
  if (name.kind === "certain" || name.kind === "general") {
    return { how: "named", certain: name.kind === "certain", joined: joined || gap.includes("\n") };
  }
  const after = parts.text.slice(candidate.end, candidate.end + FARTHEST);
  if (name.kind === "things" && (joined || isThenEnds(after))) return undefined;
  return gap.includes("\n") && !joined ? undefined : "other";
}

/** `4821 is your ticket number`, but not `4821 is your phone verification code`. */
export function isNamedAfter({ text, names }: TextParts, candidate: Candidate): boolean {
  const index = names.findIndex((each) => each.start >= candidate.end);
  const [name, next] = [names[index], names[index + 1]];
  if (name === undefined || isOfCode(name) || name.kind === "things") return false;
  const gap = text.slice(candidate.end, name.start);
  if (!beginsWith(gap, IS) || CLAUSE.test(gap) || hasBreak(gap) || saysMore(gap, SMALL)) return false;
  return !(next && isOfCode(next) && !saysMore(text.slice(name.end, next.start), SMALL));
}

/** A name farther before, in the same sentence. */
export function namedFarther(
  parts: TextParts,
  candidate: Candidate,
  rivals: readonly Candidate[],
): Relation | undefined {
  const { text, names } = parts;
  const name = names.findLast((each) => each.end <= candidate.start && isOfCode(each));
  if (name === undefined || rivals.some(({ start }) => start >= name.end && start < candidate.start)) return undefined;
  const gap = text.slice(name.end, candidate.start);
  if (gap.length > FARTHEST) return undefined;
  const certain = name.kind === "certain";
  const colon = /[:=]\s*["'“«„「『【\[\(*#]*$/v.test(gap);
  const body = colon ? gap.replace(/[:=][^:=]*$/v, "") : gap;
  if (hasBreak(body) || GONE.isIn(gap) || WARNING.isIn(gap)) return undefined;
  const after = text.slice(candidate.end, candidate.end + FARTHEST);
  // Where the verb comes last: "your code for Acme 1234 is".
  if (certain && !CLAUSE.test(gap) && isThenEnds(after)) return { how: "namedFarther", certain, joined: true };
  if (endsWith(gap, IS)) return { how: "namedFarther", certain, joined: true };
  const onlyNames = /^[\s\-]*(?:\p{Lu}[\p{L}\p{N}'’.]*[\s\-]*){1,3}$/v.test(without(body, SMALL_OR_OF));
  const trusted = certain || parts.speaksOfCodes;
  if (colon && !/[,;:،，；]/v.test(body) && (trusted || onlyNames))
    return { how: "namedFarther", certain, joined: true };
  if (onlyNames && (trusted || isAllThereIs(text, candidate.end)))
    return { how: "besideNames", certain, joined: false };
  return undefined;
}

/** A name after it, in the same sentence. */
export function naming(
  { text, names }: TextParts,
  candidate: Candidate,
  rivals: readonly Candidate[],
): Relation | undefined {
  const name = names.find((each) => each.start >= candidate.end && isOfCode(each));
  if (name === undefined || rivals.some(({ start }) => start >= candidate.end && start < name.start)) return undefined;
  const gap = text.slice(candidate.end, name.start);
  const before = text.slice(Math.max(0, candidate.start - FARTHEST), candidate.start);
  const leads = LEAD.test(before) || endsWith(before, ENTER);
  const certain = name.kind === "certain";
  if (gap.length > FARTHEST || hasBreak(gap) || /[;,]/v.test(gap) || gap.includes(HOLE) || GONE.isIn(gap))
    return undefined;
  const is = beginsWith(gap, IS);
  const isYours = is && beginsWith(withoutBeginning(gap, IS), SMALL);
  if (isYours || (leads && (is || beginsWith(gap, SMALL) || /^\s*[:\-\(（【\[]/v.test(gap) || !saysMore(gap, SMALL)))) {
    return { how: "naming", certain, joined: is };
  }
  const { before: lead, after } = sentenceAround(text, candidate.start, name.end);
  const ends = !/[\p{L}\p{N}]/v.test(after);
  const begins = !/[\p{L}\p{N}]/v.test(lead);
  return begins && ends && wordCount(gap) <= 3 ? { how: "heading", certain, joined: false } : undefined;
}

/** The reader is told to type it in. */
export function asked({ text, names, speaksOfCodes }: TextParts, { start, end }: Candidate): Relation | undefined {
  const { before, after } = sentenceAround(text, start, end);
  const told = endsWith(before, ENTER) || (LEAD.test(before) && beginsWith(after, ENTER));
  const fits = PURPOSE.isIn(after) || PURPOSE.isIn(before) || names.some(isOfCode);
  return told && fits && (speaksOfCodes || names.some(isOfCode))
    ? { how: "asked", certain: true, joined: false }
    : undefined;
}

/** It has a line or a sentence for itself. */
export function alone({ text, names }: TextParts, { start, end }: Candidate): Relation | undefined {
  const { before, after } = sentenceAround(text, start, end);
  if (/[\p{L}\p{N}\ufffc]/v.test(before + after)) return undefined;
  const name = names.find(isOfCode);
  if (name === undefined) return undefined;
  const around = sentenceAround(text, name.start, name.end);
  return GONE.isIn(around.before + around.after)
    ? undefined
    : { how: "alone", certain: name.kind === "certain", joined: false };
}

function isOfCode(name: Name): boolean {
  return name.kind === "certain" || name.kind === "general";
}

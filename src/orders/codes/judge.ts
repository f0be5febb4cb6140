import type { Candidate, Shape } from "./candidates.ts";
import { isAllThereIs } from "./gaps.ts";
import { alone, asked, isNamedAfter, nameBefore, namedFarther, naming, type Relation } from "./relations.ts";
import { sentenceAround, type TextParts } from "./text-parts.ts";
import { INVALID } from "./vocabulary.ts";

/** The more directly it is said, the higher. */
const SCORES: Readonly<Record<Relation["how"], number>> = {
  named: 100,
  naming: 95,
  namedFarther: 90,
  heading: 75,
  besideNames: 70,
  asked: 70,
  alone: 60,
};

/** Whether the message names a candidate as something that is no one-time code. */
export function isNamedOtherwise(parts: TextParts, candidate: Candidate): boolean {
  return nameBefore(parts, candidate) === "other" || isNamedAfter(parts, candidate);
}

/** How surely a candidate that is not named otherwise is the code, from 0. Rivals are those with another code. */
export function scoreOf(parts: TextParts, candidate: Candidate, rivals: readonly Candidate[]): number {
  const around = sentenceAround(parts.text, candidate.start, candidate.end);
  if (INVALID.isIn(`${around.before} ${around.after}`)) return 0;
  const before = nameBefore(parts, candidate);
  const relations = [
    before === "other" ? undefined : before,
    namedFarther(parts, candidate, rivals),
    naming(parts, candidate, rivals),
    ...(rivals.length === 0 ? [asked(parts, candidate), alone(parts, candidate)] : []),
  ];
  const scores = relations
    .filter((relation) => relation !== undefined)
    .filter((relation) => isEnough(parts, candidate, relation))
    .map(({ how, certain }) => SCORES[how] - (certain ? 0 : 5));
  return Math.max(0, ...scores);
}

/** What a relation must be for each shape to be believed. */
function isEnough(parts: TextParts, { shape, end }: Candidate, { how, certain, joined }: Relation): boolean {
  const direct = how === "named" && (joined || certain);
  const needs: Readonly<Record<Shape, boolean>> = {
    plain: how !== "named" || joined || certain || parts.speaksOfCodes || isAllThereIs(parts.text, end),
    spaced: direct || how === "naming" || how === "asked",
    short: direct,
    odd: (how === "named" || how === "naming") && joined,
    mixed: (how === "named" && joined) || (how === "naming" && joined && certain),
    letters: how === "named" && joined && certain && !/^[ \-]*\p{L}/v.test(parts.text.slice(end)),
  };
  return needs[shape];
}

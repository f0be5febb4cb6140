import type { Candidate } from "./candidates.ts";
import { isNamedOtherwise, scoreOf } from "./judge.ts";
import { hasBreak, type TextParts } from "./text-parts.ts";

/** A code that another one comes this close to is not certain. */
const CLEAR_LEAD = 20;
/** A message of so many numbers is a list of something. */
const MOST = 20;
/** "1234 or 5678", "1234/5678": one word at most between two that are given together. */
const TOGETHER = /^\P{L}{0,4}(?:\p{L}{1,6}\P{L}{1,4})?$/v;

/** The one code of a message; `unsure` when there may be several; undefined when nothing is said to be one. */
export function chooseCode(parts: TextParts): Candidate | "unsure" | undefined {
  if (parts.candidates.length > MOST) return "unsure";
  // What is named as something else is nobody's rival.
  const candidates = parts.candidates.filter((candidate) => !isNamedOtherwise(parts, candidate));
  const scored = candidates.map((candidate) => {
    const rivals = candidates.filter(({ code }) => code !== candidate.code);
    return { candidate, rivals, score: scoreOf(parts, candidate, rivals.filter(isOfDigits)) };
  });
  const [best] = scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score);
  if (best === undefined) return undefined;
  const closest = Math.max(
    0,
    ...scored.filter(({ candidate }) => best.rivals.includes(candidate)).map(({ score }) => score),
  );
  const contested = best.rivals.some((rival) => areTogether(parts, best.candidate, rival));
  return best.score - closest < CLEAR_LEAD || contested ? "unsure" : best.candidate;
}

function areTogether({ text, names }: TextParts, a: Candidate, b: Candidate): boolean {
  const [start, end] = a.end <= b.start ? [a.end, b.start] : [b.end, a.start];
  const between = text.slice(start, end);
  return TOGETHER.test(between) && !hasBreak(between) && !names.some((name) => name.start >= start && name.end <= end);
}

/** Words with a digit in them are many; only right beside its name is one believed to be a code. */
function isOfDigits({ shape }: Candidate): boolean {
  return shape !== "mixed" && shape !== "letters";
}

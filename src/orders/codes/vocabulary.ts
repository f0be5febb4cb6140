import { words } from "./languages/languages.ts";
import { createPhrases, lazily, spelling } from "./phrases.ts";

/** What a name in a message names: a one-time code surely or perhaps, or something that is none. */
export type NameKind = "certain" | "general" | "otherCodes" | "numbers" | "things";

export interface Name {
  readonly kind: NameKind;
  readonly start: number;
  readonly end: number;
}

const KINDS: readonly NameKind[] = ["things", "numbers", "general", "certain", "otherCodes"];
const kindBySpelling = lazily(
  (): ReadonlyMap<string, NameKind> =>
    new Map(KINDS.flatMap((kind) => words(kind).map((name) => [name, kind] as const))),
);
const NAMES = createPhrases(() => [...kindBySpelling().keys()]);
/** What follows a name after an apostrophe is its ending: `OTP'niz`. */
const ENDING = /^['’]\p{L}{1,5}/v;

/** The names in a message in their order. Where one is part of another, the longer. */
export function findNames(text: string): readonly Name[] {
  return NAMES.find(text).map(({ start, end }) => ({
    kind: kindBySpelling().get(spelling(text.slice(start, end))) ?? "numbers",
    start,
    end: end + (ENDING.exec(text.slice(end, end + 6))?.[0].length ?? 0),
  }));
}

export const IS = createPhrases(() => words("is"));
/** What may stand between a code and its name, and says nothing else. */
export const SMALL = createPhrases(() => [...words("is"), ...words("your")]);
export const SMALL_OR_OF = createPhrases(() => [...words("is"), ...words("your"), ...words("of")]);
export const ENTER = createPhrases(() => words("enter"));
export const PURPOSE = createPhrases(() => words("purpose"));
export const GONE = createPhrases(() => words("gone"));
export const INVALID = createPhrases(() => words("invalid"));
export const WARNING = createPhrases(() => words("warning"));
export const OFFER = createPhrases(() => words("offer"));
export const LINK = createPhrases(() => words("link"));
export const OTHER_LINK = createPhrases(() => words("otherLink"));

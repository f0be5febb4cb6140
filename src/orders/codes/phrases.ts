import { plain } from "./reading.ts";

// Scripts that are written without spaces, or whose endings follow a word at once: a word of theirs may begin and end
// anywhere.
const UNSPACED = String.raw`\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}`;
/** For regular expressions with the flag `v`: a character of a word in any other script. */
export const WORD = String.raw`[[\p{L}\p{M}\p{N}_]--[${UNSPACED}]]`;

const IN_WORD = new RegExp(WORD, "v");
/** Phrases are looked up by their beginnings, of this length at most. */
const BEGINNING = 2;

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Words and phrases to be found in texts: whole words, whatever their case, with a space, a dash or a new line between. */
export interface Phrases {
  /** The end of the longest that begins at a place. */
  endAt(text: string, start: number): number | undefined;
  /** All that do not overlap, in order; of two that begin together, the longer. */
  find(text: string): readonly Span[];
  isIn(text: string): boolean;
}

/** Whether it belongs to a script that puts spaces between words. */
export function isSpaced(word: string): boolean {
  return IN_WORD.test(word.charAt(0));
}

/** One spelling for what counts as the same phrase. It is as long as the text. */
export function spelling(text: string): string {
  const small = text.toLowerCase();
  return (small.length === text.length ? small : text)
    .replaceAll("ς", "σ")
    .replaceAll(/[\s-]/g, " ")
    .replaceAll("’", "'");
}

/** The phrases of a list that is separated by commas, as they are spelled in a reading. */
export function list(phrases: string): readonly string[] {
  return spelling(plain(phrases).replaceAll(/\s+/g, " "))
    .split(",")
    .map((phrase) => phrase.trim())
    .filter((phrase) => phrase !== "");
}

/** Made when it is first asked for: a daemon that starts has no message to read yet. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Of phrases from lists. */
export function createPhrases(phrases: () => readonly string[]): Phrases {
  const index = lazily(() => {
    const known = new Set(phrases());
    const byBeginning = Map.groupBy(known, (phrase) => phrase.slice(0, BEGINNING));
    const lengthsByBeginning = new Map(
      [...byBeginning].map(([beginning, group]) => {
        const lengths = new Set(group.map((phrase) => phrase.length));
        return [beginning, [...lengths].sort((a, b) => b - a)];
      }),
    );
    return { known, lengthsByBeginning };
  });

  /** In a text that is spelled as phrases are. */
  function lookUp(text: string, start: number): number | undefined {
    const { known, lengthsByBeginning } = index();
    const lengths = [
      ...(lengthsByBeginning.get(text.slice(start, start + BEGINNING)) ?? []),
      ...(lengthsByBeginning.get(text.charAt(start)) ?? []),
    ];
    for (const length of lengths) {
      const end = start + length;
      if (known.has(text.slice(start, end)) && !isInsideWord(text, start) && !isInsideWord(text, end)) return end;
    }
    return undefined;
  }

  function find(written: string): readonly Span[] {
    const text = spelling(written);
    const found: Span[] = [];
    for (let start = 0; start < text.length; start += 1) {
      const end = lookUp(text, start);
      if (end === undefined) continue;
      found.push({ start, end });
      start = end - 1;
    }
    return found;
  }

  return {
    find,
    endAt: (text, start) => lookUp(spelling(text), start),
    isIn: (text) => find(text).length > 0,
  };
}

/** The text with spaces where the phrases are. */
export function without(text: string, phrases: Phrases): string {
  let rest = text;
  for (const { start, end } of phrases.find(text))
    rest = rest.slice(0, start) + " ".repeat(end - start) + rest.slice(end);
  return rest;
}

function isInsideWord(text: string, place: number): boolean {
  return isSpaced(text.charAt(place - 1)) && isSpaced(text.charAt(place));
}

/**
 * A text in plain characters. Digits of any script are ASCII, letters are without accents and in their usual width, and
 * what cannot be seen is gone; each character knows which part of the original it came from.
 */
export interface Reading {
  readonly text: string;
  /** What was written where `text` has the characters from `start` up to `end`. */
  original(start: number, end: number): string;
}

const CLUSTERS = /\P{M}\p{M}*|\p{M}+/gu;
const INVISIBLE = /^(?:\p{C}|\u034f|[\ufe00-\ufe0f])/u;
const PLAIN = /^[!-~]$/;
const LINE_BREAK = /^[\n\r\v\f\u0085\u2028\u2029]/;
const SPACE = /^[\p{Zs}\t]/u;
const DASH = /^[\p{Pd}\u2212]/u;
const DIGIT = /^\p{Nd}/u;
/** Their plain forms would run into the digits beside them: `②`, `³`, `㍙`; and `,` might be a decimal sign, `，` is not. */
const KEPT = /^[\p{No}\p{So}，；！？]/u;

/** Accents, the Hebrew and Arabic signs for vowels, the Arabic lengthening stroke, the frame of a keycap. */
const ACCENTS = /[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]|[\u20d0-\u20ff]|[\ufe00-\ufe0f]|\u0640/g;

/** Letters that are often typed as another one, or have an accent that does not come off. */
const SAME_LETTERS: Readonly<Record<string, string>> = {
  ı: "i",
  ł: "l",
  Ł: "L",
  đ: "d",
  Đ: "D",
  ø: "o",
  Ø: "O",
  ي: "ی",
  ى: "ی",
  ك: "ک",
};

export function read(original: string): Reading {
  let text = "";
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: cluster, index } of original.matchAll(CLUSTERS)) {
    const plain = plainForm(cluster);
    text += plain;
    for (let unit = 0; unit < plain.length; unit += 1) {
      starts.push(index);
      ends.push(index + cluster.length);
    }
  }
  return {
    text,
    original: (start, end) => original.slice(starts[start], ends[end - 1]),
  };
}

/** The plain characters alone, for words to be found in a reading. */
export function plain(original: string): string {
  return read(original).text;
}

function plainForm(cluster: string): string {
  if (PLAIN.test(cluster)) return cluster;
  if (LINE_BREAK.test(cluster)) return "\n";
  if (SPACE.test(cluster)) return " ";
  if (DASH.test(cluster)) return "-";
  if (INVISIBLE.test(cluster)) return "";
  if (DIGIT.test(cluster)) return String(digitValue(cluster));
  if (KEPT.test(cluster)) return cluster;
  const letters = cluster.normalize("NFKD").replace(ACCENTS, "").normalize("NFC");
  return SAME_LETTERS[letters] ?? letters;
}

/** Unicode keeps the ten digits of every script together and in order. */
function digitValue(cluster: string): number {
  const digit = cluster.codePointAt(0) ?? 0;
  let before = 0;
  while (DIGIT.test(String.fromCodePoint(digit - before - 1))) before += 1;
  return before % 10;
}

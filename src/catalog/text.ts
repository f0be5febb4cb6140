import { nearest } from "../core/nearest.ts";

/** Shorter words are one slip away from too many others. */
const SHORTEST_MEANT = 4;
const LONGEST_MEANT = 48;

/**
 * What is left of a name when its spelling is taken away: lower-case letters and digits of any script. `South Korea`,
 * `south_korea` and `southkorea` are one; so are `Curaçao` and `curacao`. A sign that is part of a name is kept as its word,
 * so that `Disney+` and `Disney` stay two.
 */
export function normalise(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("&", "and")
    .replaceAll("+", "plus")
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** On one line, without control and invisible characters. */
export function printable(text: string): string {
  return text
    .replace(/[\p{Z}\s]+/gu, " ")
    .replace(/\p{C}/gu, "")
    .trim();
}

/** Printable, and no longer than `length`: for showing, never for telling two names apart. */
export function excerpt(text: string, length: number): string {
  // Cut before the clean-up too: it is linear, but the text may be megabytes.
  const clean = printable(text.slice(0, 4 * length));
  return clean.length > length ? `${clean.slice(0, length - 1).trimEnd()}…` : clean;
}

/** Whether one of some names has in it what is searched for, whatever the spelling. An empty search is in all. */
export function containing(search: string): (names: readonly string[]) => boolean {
  const isIn = containedIn(search);
  return (names) => names.some((name) => isIn(normalise(name)));
}

/** The same for a name that is normalised. */
export function containedIn(search: string): (normalised: string) => boolean {
  if (search.trim() === "") return () => true;
  const wanted = normalise(search);
  return (normalised) => wanted !== "" && normalised.includes(wanted);
}

/** Up to `count` of the normalised names that may have been meant by what was typed, nearest first. */
export function nearestNames(typed: string, names: Iterable<string>, count: number): readonly string[] {
  const wanted = normalise(typed);
  if (wanted.length < SHORTEST_MEANT || wanted.length > LONGEST_MEANT) return [];
  return nearest(wanted, names, { slips: Math.floor(wanted.length / 4), count });
}

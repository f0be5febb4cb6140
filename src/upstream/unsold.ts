/** Words that speak of a sale, or of not knowing: they leave open what became of a purchase. */
const DOUBTFUL =
  /time[ds]?.?out|process|pending|duplicate|already|exist|try again|internal|server|unexpected|unknown|wrong|(?<!validation )\berror/i;

/**
 * Marks the words of an answer to a purchase that is in the document's own form of a failure, so that UNSOLD knows them also
 * where the document does not have them; unless there are none, or they leave open what became of the purchase.
 */
export function unsold(words: string): string {
  return words === "" || DOUBTFUL.test(words) ? words : `not sold: ${words}`;
}

/**
 * The row of `reasons` for what `unsold` has marked, after the rows that know the words. A status that says more goes
 * before it.
 */
export const UNSOLD: readonly [RegExp, "NO_OFFERS"] = [/^not sold:/, "NO_OFFERS"];

/** Messages of one language, written for this project; no real one is among them. */
export interface Table {
  /** A message, the code in it, and the code as it is written there where that differs. */
  readonly codes: readonly (readonly [message: string, code: string, raw?: string])[];
  /** A message without a code, or with one that nobody could be sure of. */
  readonly none: readonly string[];
  /** A message that asks to follow a link. */
  readonly links?: readonly (readonly [message: string, url: string])[];
}

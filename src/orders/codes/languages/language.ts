/**
 * The words by which a language speaks of codes, separated by commas. Case and accents do not matter, but spell them
 * properly; a space also stands for a dash or a line break. Where words are inflected, each form is listed.
 */
export interface Language {
  /** Names of a one-time code, and of nothing else. */
  readonly certain: string;
  /** Names of a one-time code and of other things: a code, a PIN, a password. */
  readonly general?: string;
  /** Join a code and its name, on either side: "is". Never a word that means something else in another language. */
  readonly is?: string;
  /** Say whose code it is, or which: "your", "the following". */
  readonly your?: string;
  /** Stand before the name of the service that a code is for: "for", "from". */
  readonly of?: string;
  /** Ask for what follows to be typed in: "enter". */
  readonly enter?: string;
  /** What a code is typed in for, or a link is followed: "to verify", "sign in". */
  readonly purpose?: string;
  /** Say that the code is not in this sentence: "sent", "expired". */
  readonly gone?: string;
  /** Say of a code that it does not hold: "expired". */
  readonly invalid?: string;
  /** Say what not to do with it: "never share". */
  readonly warning?: string;
  /** Names of codes that are not one-time codes, though a name of one is part of them: "discount code". */
  readonly otherCodes?: string;
  /** Names of other numbers, which stand before them: "invoice", "ending in". */
  readonly numbers?: string;
  /** As `numbers`, of things that a code may be for: "order" before a number, but not in "code for your order: 1234". */
  readonly things?: string;
  /** What is counted: "minutes". */
  readonly units?: string;
  /** Words of advertising and of receipts. A code in such company is not believed to be a one-time code. */
  readonly offer?: string;
  /** Call what is to be followed: "link". */
  readonly link?: string;
  /** Say that a link is for something else: "if this was not you". */
  readonly otherLink?: string;
}

import { chooseCode } from "./choose.ts";
import { originBoundCode, withoutAppHash } from "./exact.ts";
import { findLink } from "./links.ts";
import { read } from "./reading.ts";
import { takeApart } from "./text-parts.ts";

/** What a message asks its reader to use: a code to type in, a link to follow, or nothing that is certain. */
export type Extracted =
  /** `code` as it is typed in; `raw` as it is written in the message: `G-412157`, `123 456`. */
  | { readonly kind: "code"; readonly code: string; readonly raw: string }
  | { readonly kind: "link"; readonly url: string }
  | { readonly kind: "none" };

/** No text message is longer; what is, is not read. */
const LONGEST = 2000;

/** Reads the one-time code out of a message. Says `none` rather than something that may be wrong. */
export function extractCode(message: string): Extracted {
  if (message.length > LONGEST) return { kind: "none" };
  const reading = read(message);
  const text = withoutAppHash(reading.text);
  const exact = originBoundCode(text);
  if (exact) return { kind: "code", code: exact.code, raw: reading.original(exact.start, exact.end) };

  const chosen = chooseCode(takeApart(text));
  if (chosen === "unsure") return { kind: "none" };
  if (chosen) return { kind: "code", code: chosen.code, raw: reading.original(chosen.start, chosen.end) };
  const link = findLink(text);
  return link ? { kind: "link", url: reading.original(link.start, link.end) } : { kind: "none" };
}

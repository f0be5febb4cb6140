import { list } from "../phrases.ts";
import * as asian from "./asian.ts";
import * as germanic from "./germanic.ts";
import type { Language } from "./language.ts";
import * as middleEastern from "./middle-eastern.ts";
import * as otherEuropean from "./other-european.ts";
import * as romance from "./romance.ts";
import * as slavic from "./slavic.ts";

const LANGUAGES: readonly Language[] = [germanic, romance, slavic, otherEuropean, middleEastern, asian].flatMap(
  (family): Language[] => Object.values(family),
);

/** What all languages together list under one heading. */
export function words(heading: keyof Language): readonly string[] {
  return LANGUAGES.flatMap((language) => list(language[heading] ?? ""));
}

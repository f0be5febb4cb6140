// The JSON and not the package's entry, which loads every language there is.
import english from "i18n-iso-countries/langs/en.json" with { type: "json" };
import { COUNTRY_ALIASES, COUNTRY_DISPLAY_NAMES } from "./country-aliases.ts";
import { nearestNames, normalise } from "./text.ts";

const LONGEST_NAME = 100;
const SUGGESTIONS = 3;

const NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(english.countries).map(([code, names]) => [code, typeof names === "string" ? [names] : names]),
);

/** What a name resolves to; null when two countries go by it. */
const CODES: ReadonlyMap<string, string | null> = byNormalisedName();

function byNormalisedName(): Map<string, string | null> {
  const codes = new Map<string, string | null>();
  for (const [code, names] of NAMES) {
    for (const name of [...names, ...(COUNTRY_ALIASES[code] ?? [])]) {
      const key = normalise(name);
      const other = codes.get(key);
      codes.set(key, other === undefined || other === code ? code : null);
    }
  }
  return codes;
}

/**
 * The alpha-2 code of a country that is given by code or by an English name. Undefined for a name that is not known
 * exactly, or that more than one country goes by: a number of the wrong country is money lost.
 */
export function resolveCountry(name: string): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  const trimmed = name.trim();
  if (/^[a-z]{2}$/i.test(trimmed)) {
    const code = trimmed.toUpperCase();
    if (NAMES.has(code)) return code;
  }
  return CODES.get(normalise(trimmed)) ?? undefined;
}

/** What people call it: `United States`. The code itself when there is no such country. */
export function countryName(code: string): string {
  if (!NAMES.has(code)) return code;
  return COUNTRY_DISPLAY_NAMES[code] ?? NAMES.get(code)?.[0] ?? code;
}

/** Codes of countries that may have been meant, for an error message. */
export function nearestCountries(name: string): readonly string[] {
  const names = nearestNames(name.slice(0, LONGEST_NAME), CODES.keys(), 4 * SUGGESTIONS);
  const codes = names.map((candidate) => CODES.get(candidate)).filter((code) => code !== undefined && code !== null);
  return [...new Set(codes)].slice(0, SUGGESTIONS);
}

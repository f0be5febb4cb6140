// What five upstreams might list: every service in every country at each of them. The same list for the same size.

import english from "i18n-iso-countries/langs/en.json" with { type: "json" };
import { SERVICES } from "../../src/catalog/service-aliases.ts";
import type { Listing } from "../../src/core/desks.ts";

export const UPSTREAMS = ["ping", "smsverificationservice", "smsverifyo", "papsms", "pvapins"] as const;

export interface Size {
  readonly countries: number;
  readonly services: number;
}

export const SIZES: readonly Size[] = [
  { countries: 20, services: 100 },
  { countries: 50, services: 400 },
  { countries: 200, services: 1_000 },
];

export function offersIn({ countries, services }: Size): number {
  return countries * services * UPSTREAMS.length;
}

export const COUNTRIES: readonly string[] = Object.keys(english.countries);

export function serviceNames(count: number): readonly string[] {
  const known = Object.values(SERVICES).map(([name]) => name);
  return Array.from({ length: count }, (_, at) => known[at] ?? `Service ${at}`);
}

/** One upstream's list, in the order of its countries. */
export function* listingsOf(upstream: number, size: Size): Generator<readonly Listing[]> {
  const dice = createDice(upstream + 1);
  const names = serviceNames(size.services);
  for (const country of COUNTRIES.slice(0, size.countries)) {
    yield names.map((serviceName, service): Listing => {
      const hasRate = dice() < 0.6;
      return {
        ref: refOf(upstream, country, service, dice),
        product: "VERIFICATION",
        country,
        serviceName,
        capabilities: dice() < 0.9 ? ["SMS"] : ["SMS", "VOICE"],
        price: { currency: "USD", micros: BigInt(2 + Math.floor(dice() ** 3 * 500)) * 10_000n },
        availableCount: dice() < 0.1 ? 0 : Math.floor(dice() * 5_000),
        ...(hasRate && { successRate: Math.round(dice() * 1000) / 1000 }),
        ...(dice() < 0.4 && { waitMs: 5_000 + Math.floor(dice() * 300) * 1000 }),
        curated: dice() < 0.05,
      };
    });
  }
}

/** In the forms that upstreams have for them. */
function refOf(upstream: number, country: string, service: number, dice: () => number): string {
  if (upstream === 0) return `svc_${hex(dice)}${hex(dice)}`;
  if (upstream === 1) return `${Math.floor(dice() * 2 ** 52)}`;
  return `${country.toLowerCase()}:s${service}`;
}

function hex(dice: () => number): string {
  return Math.floor(dice() * 2 ** 24)
    .toString(16)
    .padStart(6, "0");
}

/** From 0 up to 1, the same for the same seed. */
export function createDice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

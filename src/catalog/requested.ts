import { GatewayError } from "../core/error.ts";
import { nearestCountries, resolveCountry } from "./countries.ts";
import { canonicalService, nearestServices, resolveServices } from "./services.ts";
import { excerpt } from "./text.ts";

const LONGEST_ECHO = 64;

/** The slugs that some upstream sells. */
export interface ForSale {
  has(slug: string): boolean;
  [Symbol.iterator](): Iterator<string>;
}

/** The code of a country as a request names it. */
export function requireCountry(input: string): string {
  const code = resolveCountry(input);
  if (code === undefined) throw unknownName("UNKNOWN_COUNTRY", "country", input, nearestCountries(input));
  return code;
}

/** The slug of a service as a request names it: a well-known one, or one that is for sale. */
export function requireService(input: string, forSale: ForSale): string {
  const services = resolveServices(input);
  const [service] = services;
  if (service && services.length === 1) {
    if (canonicalService(service.slug) !== undefined || forSale.has(service.slug)) return service.slug;
  }
  const several = services.length > 1 ? services.map(({ slug }) => slug) : undefined;
  throw unknownName("UNKNOWN_SERVICE", "service", input, several ?? nearestServices(input, forSale));
}

function unknownName(
  reason: "UNKNOWN_COUNTRY" | "UNKNOWN_SERVICE",
  what: "country" | "service",
  input: string,
  suggestions: readonly string[],
): GatewayError {
  const name = excerpt(input, LONGEST_ECHO);
  const hint = suggestions.length > 0 ? `; did you mean ${suggestions.join(" or ")}?` : "";
  return new GatewayError(reason, `no ${what} is known as "${name}"${hint}`, {
    metadata: { [what]: name, ...(suggestions.length > 0 && { suggestions: suggestions.join(", ") }) },
  });
}

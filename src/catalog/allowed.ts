import type { AllowList } from "../core/caller.ts";
import { resolveCountry } from "./countries.ts";
import { canonicalService } from "./services.ts";
import { normalise } from "./text.ts";

/** What a caller may buy, whatever way the operator spelled it. */
export interface Allowed {
  upstream(id: string): boolean;
  /** By alpha-2 code. */
  country(code: string): boolean;
  /** By slug. */
  service(slug: string): boolean;
}

export function createAllowed({ upstreams, countries, services }: AllowList = {}): Allowed {
  return {
    upstream: oneOf(upstreams),
    country: oneOf(countries?.map((name) => resolveCountry(name) ?? name)),
    service: oneOf(services?.map((name) => canonicalService(name) ?? normalise(name))),
  };
}

/** No list is no bound; an empty one leaves nothing. */
export function oneOf(names: readonly string[] | undefined): (name: string) => boolean {
  if (names === undefined) return () => true;
  const set = new Set(names);
  return (name) => set.has(name);
}

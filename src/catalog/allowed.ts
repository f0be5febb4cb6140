import type { AllowList } from "../core/caller.ts";
import { resolveCountry } from "./countries.ts";
import { resolveServices } from "./services.ts";

/** What a caller may buy, whatever way the operator spelled it. */
export interface Allowed {
  upstream(id: string): boolean;
  /** By alpha-2 code. */
  country(code: string): boolean;
  /** By slug. */
  service(slug: string): boolean;
}

export function createAllowed(allow?: AllowList): Allowed {
  const { upstreams, countries, services } = canonicalAllow(allow);
  return { upstream: oneOf(upstreams), country: oneOf(countries), service: oneOf(services) };
}

/** The same list in codes and slugs: the operator may spell a service as its brand does. */
export function canonicalAllow({ upstreams, countries, services }: AllowList = {}): AllowList {
  return {
    ...(upstreams && { upstreams }),
    ...(countries && { countries: countries.map((name) => resolveCountry(name) ?? name) }),
    ...(services && { services: services.flatMap((name) => resolveServices(name).map(({ slug }) => slug)) }),
  };
}

/** No list is no bound; an empty one leaves nothing. */
export function oneOf(names: readonly string[] | undefined): (name: string) => boolean {
  if (names === undefined) return () => true;
  const set = new Set(names);
  return (name) => set.has(name);
}

import { resolveCountry } from "./countries.ts";
import { SERVICES } from "./service-aliases.ts";
import { nearestNames, normalise, printable } from "./text.ts";

export interface ServiceName {
  /** Canonical: the name's letters and digits, or what it is an alias of. */
  readonly slug: string;
  readonly displayName: string;
}

/** A longer name is refused rather than cut: two services may begin alike. */
const LONGEST_SLUG = 64;
const LONGEST_NAME = 200;
const MOST_NAMES = 20;
const SUGGESTIONS = 3;

/** Slugs by every spelling there is, themselves included. */
const SLUGS: ReadonlyMap<string, string> = new Map(
  Object.entries(SERVICES).flatMap(([slug, names]) => [
    [slug, slug],
    ...names.map((name) => [normalise(name), slug]),
  ]) as [string, string][],
);

/** The slug of a well-known service, by one of its exact spellings. */
export function canonicalService(name: string): string | undefined {
  return name.length > LONGEST_NAME ? undefined : SLUGS.get(normalise(name));
}

/**
 * The services that an upstream means by a name: several for `Google / YouTube / Gmail`, none for a name without a
 * letter or digit or beyond all length. A name that is not in the table is a service of its own, under its own letters
 * and digits; it is never taken for one that looks like it.
 */
export function resolveServices(name: string): readonly ServiceName[] {
  if (name.length > LONGEST_NAME) return [];
  const whole = printable(name);
  const names = namesIn(whole);
  const services = new Map<string, ServiceName>();
  for (const each of names) {
    const service = resolveOne(each);
    if (service && !services.has(service.slug)) services.set(service.slug, service);
  }
  return [...services.values()];
}

/**
 * A slash between spaces lists names. Other signs may be part of a name (`24/7`, `Disney+`), so they list names only when
 * each part is a service we know: `TikTok/Douyin`, `Google,youtube,Gmail`.
 */
function namesIn(name: string): readonly string[] {
  if (canonicalService(name) !== undefined) return [name];
  const spaced = name.split(/\s\/\s/).slice(0, MOST_NAMES);
  if (spaced.length > 1) return spaced;
  const parts = name.split(/[/,+|&]/);
  const all = parts.length > 1 && parts.every((part) => canonicalService(part) !== undefined);
  return all ? parts : [name];
}

function resolveOne(name: string): ServiceName | undefined {
  const slug = canonicalService(name) ?? canonicalService(withoutCountry(name));
  if (slug !== undefined) return { slug, displayName: SERVICES[slug]?.[0] ?? slug };
  const own = normalise(name);
  return own === "" || own.length > LONGEST_SLUG ? undefined : { slug: own, displayName: name.trim() };
}

/** `WhatsApp (UK)` is WhatsApp. The country is told by its own field. */
function withoutCountry(name: string): string {
  const { base, country } = splitCountry(name);
  return country === undefined ? name : base;
}

function splitCountry(name: string): { readonly base: string; readonly country: string | undefined } {
  const [, base = name, suffix = ""] = /^(.+)\(([^()]+)\)$/.exec(name.trim()) ?? [];
  return { base, country: resolveCountry(suffix) };
}

/** What a name says where no field beside it does: the services it may mean, and the country behind it in parentheses. */
export function readLabel(name: string): { readonly services: readonly string[]; readonly country?: string } {
  const { base, country } = splitCountry(name);
  const slugs = (of: string) => resolveServices(of).map(({ slug }) => slug);
  return country === undefined ? { services: slugs(name) } : { services: [...slugs(name), ...slugs(base)], country };
}

/** The name under which a service is shown that an upstream spells so. */
export function serviceDisplayName(slug: string, spelling: string): string {
  const known = SERVICES[slug]?.[0];
  return known ?? resolveServices(spelling).find((service) => service.slug === slug)?.displayName ?? slug;
}

/**
 * Slugs that may have been meant, for an error message, out of the well-known ones and those that are for sale. Never
 * to buy by: LinkedIn is not Tinder.
 */
export function nearestServices(name: string, known: Iterable<string>): readonly string[] {
  const spellings = nearestNames(name.slice(0, LONGEST_NAME), new Set([...SLUGS.keys(), ...known]), 4 * SUGGESTIONS);
  return [...new Set(spellings.map((spelling) => SLUGS.get(spelling) ?? spelling))].slice(0, SUGGESTIONS);
}

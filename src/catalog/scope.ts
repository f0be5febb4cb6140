import type { AllowList } from "../core/caller.ts";
import { PRODUCTS, type Product } from "../core/offer.ts";
import { canonicalAllow, oneOf } from "./allowed.ts";
import { resolveCountry } from "./countries.ts";
import { canonicalService } from "./services.ts";
import type { SnapshotIndex } from "./snapshot-index.ts";
import { normalise } from "./text.ts";

export interface ScopeFilter {
  readonly product?: Product;
  readonly country?: string;
  readonly service?: string;
  readonly upstreams?: readonly string[];
  readonly allow?: AllowList;
}

/** The part of the catalogue that a question is about, by canonical names; undefined where all are in it. */
export interface Scope {
  readonly upstream: (id: string) => boolean;
  readonly product: Product | undefined;
  readonly countries: readonly string[] | undefined;
  readonly services: readonly string[] | undefined;
}

/** The same part of one snapshot. */
export interface IndexScope {
  readonly index: SnapshotIndex;
  /** Those that have any rows. */
  readonly blocks: readonly number[];
  /** Whether each block that has rows is in it. */
  readonly isEveryBlock: boolean;
  readonly services: readonly number[] | undefined;
  /** At least as many rows as there are. */
  readonly mostRows: number;
}

export function resolveScope({ product, upstreams, allow, ...names }: ScopeFilter): Scope {
  const country = names.country && (resolveCountry(names.country) ?? names.country);
  const service = names.service && (canonicalService(names.service) ?? normalise(names.service));
  const allowed = canonicalAllow(allow);
  const isAsked = oneOf(upstreams?.length ? upstreams : undefined);
  const isAllowed = oneOf(allowed.upstreams);
  return {
    upstream: (id) => isAsked(id) && isAllowed(id),
    product,
    countries: both(country, allowed.countries),
    services: both(service, allowed.services),
  };
}

function both(asked: string | undefined, allowed: readonly string[] | undefined): readonly string[] | undefined {
  if (!asked) return allowed && [...new Set(allowed)];
  return !allowed || allowed.includes(asked) ? [asked] : [];
}

export function scopeOf(index: SnapshotIndex, { product, countries, services }: Scope): IndexScope {
  const { blockTally, serviceTally, snapshot } = index;
  const [c, s] = [snapshot.offers.countries.length, snapshot.offers.services.length];
  const products = product ? [PRODUCTS.indexOf(product)] : [...PRODUCTS.keys()];
  const countryIndexes = countries?.flatMap((country) => index.countries.get(country) ?? []);
  const blocks = countryIndexes
    ? products
        .flatMap((each) => countryIndexes.map((country) => each * c + country))
        .filter((block) => (blockTally.counts[block] ?? 0) > 0)
    : index.blocks.filter((block) => products.includes(Math.floor(block / c)));
  const serviceIndexes = services?.flatMap((service) => index.services.get(service) ?? []);
  const inBlocks = sum(blocks, (block) => blockTally.counts[block] ?? 0);
  const inServices = serviceIndexes
    ? sum(products, (p) => sum(serviceIndexes, (service) => serviceTally.counts[p * s + service] ?? 0))
    : inBlocks;
  return {
    index,
    blocks,
    isEveryBlock: blocks.length === index.blocks.length,
    services: serviceIndexes,
    mostRows: Math.min(inBlocks, inServices),
  };
}

/** Looking a service up costs about as much as looking at so many rows. */
const LOOK_UP_ROWS = 16;

/** Calls back with runs of positions that hold the scope's rows, each within one block. */
export function eachRun(scope: IndexScope, visit: (block: number, start: number, end: number) => void): void {
  const { index, blocks } = scope;
  const services = scope.services && [...new Set(scope.services)];
  const isWanted = new Uint8Array(index.services.size);
  for (const service of services ?? []) isWanted[service] = 1;
  for (const block of blocks) {
    const [first, last] = [index.blockStarts[block] ?? 0, index.blockStarts[block + 1] ?? 0];
    if (!services) visit(block, first, last);
    else if (services.length * LOOK_UP_ROWS < last - first) {
      for (const service of services) {
        const [start, end] = index.placeRange(block, service);
        if (start < end) visit(block, start, end);
      }
    } else eachWantedRun(index, isWanted, first, last, (start, end) => visit(block, start, end));
  }
}

function eachWantedRun(
  { serviceAt }: SnapshotIndex,
  isWanted: Uint8Array,
  first: number,
  last: number,
  visit: (start: number, end: number) => void,
): void {
  let start = first;
  for (let at = first; at < last; at += 1) {
    if (isWanted[serviceAt(at)] === 1) continue;
    if (start < at) visit(start, at);
    start = at + 1;
  }
  if (start < last) visit(start, last);
}

function sum(items: readonly number[], of: (item: number) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

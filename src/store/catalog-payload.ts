import type { CatalogSnapshot } from "../core/catalog.ts";
import type { Money } from "../core/money.ts";
import type { Capability, EsimPlan, Offer, Product, RentalTerm } from "../core/offer.ts";

/** What the payload looks like. A catalogue kept in another format is fetched anew. */
export const CATALOG_FORMAT = 2n;

/** A column with few different values: each once, and an index into them for each offer. */
interface Interned {
  readonly values: readonly (string | null)[];
  readonly indexes: readonly number[];
}

/** A column for each field: a hundred thousand offers are parsed in one go, and share what is equal. */
interface Payload {
  readonly unresolved: readonly string[];
  readonly offerIds: readonly string[];
  readonly refs: readonly string[];
  readonly counts: readonly (number | null)[];
  readonly waits: readonly (number | null)[];
  readonly rates: readonly (number | null)[];
  readonly upstream: Interned;
  readonly provider: Interned;
  readonly product: Interned;
  readonly country: Interned;
  readonly service: Interned;
  readonly serviceName: Interned;
  readonly capabilities: Interned;
  readonly price: Interned;
  readonly flags: Interned;
  readonly rentalTerms: Interned;
  readonly esimPlan: Interned;
  readonly fetchTime: Interned;
}

export function writeCatalogPayload({ offers, unresolved }: CatalogSnapshot): string {
  const payload: Payload = {
    unresolved,
    offerIds: offers.map((offer) => offer.offerId),
    refs: offers.map((offer) => offer.ref),
    counts: offers.map((offer) => offer.availableCount ?? null),
    waits: offers.map((offer) => offer.publishedWaitMs ?? null),
    rates: offers.map((offer) => offer.publishedSuccessRate ?? null),
    upstream: intern(offers, (offer) => offer.upstream),
    provider: intern(offers, (offer) => offer.provider),
    product: intern(offers, (offer) => offer.product),
    country: intern(offers, (offer) => offer.country),
    service: intern(offers, (offer) => offer.service),
    serviceName: intern(offers, (offer) => offer.serviceName),
    capabilities: intern(offers, (offer) => offer.capabilities.join(" ")),
    price: intern(offers, ({ price }) => writePrice(price)),
    flags: intern(offers, writeFlags),
    rentalTerms: intern(offers, ({ rentalTerms }) => writeRentalTerms(rentalTerms)),
    esimPlan: intern(offers, ({ esimPlan }) => (esimPlan ? JSON.stringify(esimPlan) : null)),
    fetchTime: intern(offers, (offer) => String(offer.fetchTime.getTime())),
  };
  return JSON.stringify(payload);
}

export function readCatalogPayload(text: string, upstream: string, fetchTime: Date): CatalogSnapshot {
  const payload: Payload = JSON.parse(text);
  const column = {
    upstream: reader(payload.upstream, readText),
    provider: reader(payload.provider, readText),
    product: reader(payload.product, (value) => value as Product),
    country: reader(payload.country, readText),
    service: reader(payload.service, readText),
    serviceName: reader(payload.serviceName, readText),
    capabilities: reader(payload.capabilities, readCapabilities),
    price: reader(payload.price, readPrice),
    flags: reader(payload.flags, readFlags),
    rentalTerms: reader(payload.rentalTerms, readRentalTerms),
    esimPlan: reader(payload.esimPlan, readEsimPlan),
    fetchTime: reader(payload.fetchTime, (value) => new Date(Number(value))),
  };
  const offers = payload.offerIds.map((offerId, i): Offer => {
    const { available, curated, supportsAreaCode } = column.flags(i);
    return {
      offerId,
      upstream: column.upstream(i),
      provider: column.provider(i),
      ref: payload.refs[i] ?? "",
      product: column.product(i),
      country: column.country(i),
      service: column.service(i),
      serviceName: column.serviceName(i),
      capabilities: column.capabilities(i),
      price: column.price(i),
      available,
      availableCount: payload.counts[i] ?? undefined,
      publishedSuccessRate: payload.rates[i] ?? undefined,
      publishedWaitMs: payload.waits[i] ?? undefined,
      curated,
      supportsAreaCode,
      rentalTerms: column.rentalTerms(i),
      esimPlan: column.esimPlan(i),
      fetchTime: column.fetchTime(i),
    };
  });
  return { upstream, offers, fetchTime, unresolved: payload.unresolved };
}

function intern(offers: readonly Offer[], write: (offer: Offer) => string | null): Interned {
  const indexOf = new Map<string | null, number>();
  const indexes = offers.map((offer) => {
    const value = write(offer);
    const index = indexOf.get(value) ?? indexOf.size;
    if (index === indexOf.size) indexOf.set(value, index);
    return index;
  });
  return { values: [...indexOf.keys()], indexes };
}

/** Reads each different value once. */
function reader<T>({ values, indexes }: Interned, read: (value: string | null) => T): (i: number) => T {
  const parsed = values.map(read);
  return (i) => parsed[indexes[i] ?? -1] as T;
}

function readText(value: string | null): string {
  return value ?? "";
}

function readCapabilities(value: string | null): readonly Capability[] {
  return value ? (value.split(" ") as Capability[]) : [];
}

function writePrice(price: Money | undefined): string | null {
  return price ? `${price.micros} ${price.currency}` : null;
}

function readPrice(value: string | null): Money | undefined {
  if (value === null) return undefined;
  const [micros = "", currency = ""] = value.split(" ");
  return { currency, micros: BigInt(micros) };
}

/** Days, the last day of a range or null, and the price. */
function writeRentalTerms(terms: readonly RentalTerm[]): string | null {
  if (terms.length === 0) return null;
  const rows = terms.map((term) =>
    "days" in term
      ? [term.days, null, writePrice(term.price)]
      : [term.minDays, term.maxDays, writePrice(term.pricePerDay)],
  );
  return JSON.stringify(rows);
}

function readRentalTerms(value: string | null): readonly RentalTerm[] {
  const rows: [number, number | null, string | null][] = JSON.parse(value ?? "[]");
  return rows.map(([days, maxDays, price]) =>
    maxDays === null ? { days, price: readPrice(price) } : { minDays: days, maxDays, pricePerDay: readPrice(price) },
  );
}

function readEsimPlan(value: string | null): EsimPlan | undefined {
  if (value === null) return undefined;
  const { dataGb, validityDays }: Partial<EsimPlan> = JSON.parse(value);
  return { dataGb, validityDays };
}

function writeFlags({ available, curated, supportsAreaCode }: Offer): string {
  return `${available ? "a" : ""}${curated ? "c" : ""}${supportsAreaCode ? "s" : ""}`;
}

function readFlags(value: string | null) {
  const flags = value ?? "";
  return { available: flags.includes("a"), curated: flags.includes("c"), supportsAreaCode: flags.includes("s") };
}

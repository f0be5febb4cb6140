import { z } from "zod";
import type { CatalogList } from "../../../core/catalog.ts";
import type { CatalogDesk, CatalogStep, Listing } from "../../../core/desks.ts";
import { GatewayError } from "../../../core/error.ts";
import { amount, count, hint, lines, numberedLines, text } from "../../decode.ts";
import { eachPart, readList } from "../../parts.ts";
import type { HandlerApi } from "./calls.ts";
import { COUNTRIES } from "./countries.ts";
import { serviceNameOf } from "./services.ts";

const countryId = z.string().regex(/^\d{1,6}$/);
const serviceCode = z.string().regex(/^[a-z\d_-]{1,16}$/i);

const countriesAnswer = numberedLines(
  z.object({ id: countryId, eng: text.min(1) }).transform(({ id, eng }) => ({ id, name: eng })),
);

const servicesAnswer = z.object({
  services: numberedLines(
    z.object({ code: serviceCode, name: text.min(1) }).transform(({ code, name }) => ({ id: code, name })),
  ),
});

/** As `lines`, of an object with their keys. An empty list is how PHP writes an empty object. */
function table<V>(key: z.ZodType<string>, value: z.ZodType<V>): z.ZodType<(readonly [key: string, value: V])[]> {
  const isTable = (entries: unknown): entries is object =>
    typeof entries === "object" && entries !== null && !(Array.isArray(entries) && entries.length > 0);
  const entriesOf = (entries: unknown) => (isTable(entries) ? Object.entries(entries) : undefined);
  return z.preprocess(entriesOf, lines(z.tuple([key, value])));
}

function pricesAnswer(currency: string) {
  const line = z.object({ cost: amount(currency), count: hint(count) });
  return table(countryId, table(serviceCode, line));
}

const quantity = z.union([count, z.object({ current: count }).transform(({ current }) => current)]);

function rentAnswer(currency: string) {
  const line = z.object({ cost: amount(currency), quant: hint(quantity) });
  return z.object({
    countries: numberedLines(countryId),
    services: table(serviceCode, line),
  });
}

/** What a host has for sale: the names of countries and services where it tells them, then all prices at once. */
export function catalogDesk({ call, host: { currency, rentDays } }: HandlerApi): CatalogDesk {
  return {
    async *listings(signal, lists) {
      const countries = namesOf(
        yield* readList(lists, "countries", () => {
          return call.catalog("getCountries", countriesAnswer, signal).catch(knownWhereNotSupported(COUNTRIES));
        }),
      );
      const services = namesOf(
        yield* readList(lists, "services", () => {
          const query = { lang: "en" };
          const answer = call.catalog("getServicesList", servicesAnswer, signal, query);
          return answer.then(({ services }) => services).catch(knownWhereNotSupported([]));
        }),
      );
      const place = (country: string, code: string) => ({
        // Whatever has no name is reported under this, and left out.
        country: countries.get(country) ?? `country ${country}`,
        serviceName: services.get(code) ?? serviceNameOf(code),
        capabilities: ["SMS"] as const,
      });

      const prices = await call.catalog("getPrices", pricesAnswer(currency), signal);
      yield prices.flatMap(([country, lines]) =>
        lines.map(
          ([code, { cost, count }]): Listing => ({
            ref: `${country}.${code}`,
            product: "VERIFICATION",
            ...place(country, code),
            price: cost,
            available: count === undefined || count > 0,
            availableCount: count,
          }),
        ),
      );
      yield* rentals(lists, place, signal);
    },
  };

  /** Every length of every country is one request, and lists what is rented for it with the lengths known by then. */
  async function* rentals(
    lists: Map<string, CatalogList>,
    place: (country: string, code: string) => Pick<Listing, "country" | "serviceName" | "capabilities">,
    signal: AbortSignal,
  ): AsyncGenerator<CatalogStep, void, void> {
    const ask = (days: number, country?: string) =>
      call
        .catalog("getRentServicesAndCountries", rentAnswer(currency), signal, { rent_time: String(days * 24), country })
        .catch(noneWhereNotRented);
    const [shortest] = rentDays;
    if (shortest === undefined) return;
    const countries = yield* readList(lists, "rental countries", async () => {
      return (await ask(shortest)).countries.map((id) => ({ id, name: "" }));
    });
    for (const { id: country } of countries) {
      const terms = new Map<string, NonNullable<Listing["rentalTerms"]>>();
      yield* eachPart(rentDays, async (days) => {
        const { services } = await ask(days, country);
        return services.flatMap(([code, { cost, quant }]): Listing[] => {
          if (quant === 0) return [];
          const rentalTerms = [...(terms.get(code) ?? []), { days, price: cost }];
          terms.set(code, rentalTerms);
          const ref = `rent.${country}.${code}`;
          return [{ ref, product: "RENTAL", ...place(country, code), availableCount: quant, rentalTerms }];
        });
      });
    }
  }
}

function namesOf(list: CatalogList): ReadonlyMap<string, string> {
  return new Map(list.map(({ id, name }) => [id, name]));
}

/** The oldest hosts have no such action. */
function knownWhereNotSupported(known: CatalogList): (error: unknown) => CatalogList {
  return (error) => {
    if (error instanceof GatewayError && error.reason === "NOT_SUPPORTED") return known;
    throw error;
  };
}

/** A country without numbers, or a length that is not sold, hides nothing else. */
function noneWhereNotRented(error: unknown): { readonly countries: []; readonly services: [] } {
  if (error instanceof GatewayError && (error.reason === "NO_NUMBERS" || error.reason === "NO_OFFERS")) {
    return { countries: [], services: [] };
  }
  throw error;
}

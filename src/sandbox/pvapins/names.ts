import { type Product, productOf } from "../offer.ts";
import type { Order } from "../order.ts";
import type { Misuse } from "../wire.ts";
import { APP_NOT_FOUND, APP_OR_COUNTRY_NOT_FOUND, COUNTRY_NOT_FOUND, digits } from "./answers.ts";
import type { PvapinsOffer } from "./catalogue.ts";

/** Countries and apps go by their names, in any case. */
export function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.trim().toLowerCase();
}

/** What `app` and `country` name, or the text that one of them is not known. */
export function findOffer(
  offers: readonly PvapinsOffer[],
  product: Product,
  query: URLSearchParams,
): { readonly found: PvapinsOffer } | { readonly unknown: string; readonly misuse?: Misuse } {
  const country = query.get("country");
  const app = query.get("app");
  if (!country || !app) return { unknown: APP_OR_COUNTRY_NOT_FOUND, misuse: "invalid_parameter" };
  const there = offers.filter((offer) => productOf(offer) === product && sameName(offer.place.name, country));
  if (there.length === 0) return { unknown: COUNTRY_NOT_FOUND };
  const found = there.find(({ service }) => sameName(service, app));
  return found ? { found } : { unknown: APP_NOT_FOUND };
}

/** What `number`, `country` and `app` name: the newest such order, since a number can be used again. */
export function findOrder(
  orders: readonly Order<PvapinsOffer>[],
  product: Product,
  query: URLSearchParams,
): Order<PvapinsOffer> | undefined {
  return orders.findLast(
    ({ phone, offer }) =>
      productOf(offer) === product &&
      digits(phone) === query.get("number") &&
      sameName(offer.place.name, query.get("country") ?? "") &&
      sameName(offer.service, query.get("app") ?? ""),
  );
}

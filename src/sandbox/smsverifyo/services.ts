import { moneyNumber } from "../json.ts";
import { failed, fourDecimals, ok } from "./answers.ts";
import type { SmsVerifyoEndpoint, SmsVerifyoParts } from "./api.ts";

const REGIONAL_INDICATOR_A = 0x1f1e6;

/** What is for sale, and the money there is to buy it. */
export function serviceEndpoints({ account }: SmsVerifyoParts): SmsVerifyoEndpoint[] {
  return [
    {
      operation: "balance",
      method: "GET",
      path: "/balance",
      answer: () =>
        ok({
          balance_usd: fourDecimals(account.balance()),
          currency: "USD",
          email: "you@example.com",
          username: "reseller1",
        }),
    },
    {
      operation: "list",
      method: "GET",
      path: "/services",
      answer() {
        const services = new Map(account.offers.map(({ sold }) => [sold.id, sold]));
        return ok({ services: [...services.values()].map(({ id, code, name }) => ({ id, code, name })) });
      },
    },
    {
      operation: "countries",
      method: "GET",
      path: "/countries",
      query: ["service_id"],
      answer({ query }) {
        const asked = query.get("service_id");
        const offers = account.offers.filter(({ sold }) => sold.id === asked);
        if (offers.length === 0) {
          return failed("invalid_request", "service_id must be the id of a service", "invalid_parameter");
        }
        return ok({
          countries: offers.map((offer) => ({
            country_id: offer.place.id,
            name: offer.place.name,
            flag: flagOf(offer.place.code),
            price_usd: moneyNumber(offer.listedPrice),
            available: account.stock(offer) ?? offer.available,
          })),
        });
      },
    },
  ];
}

function flagOf(country: string): string {
  const letters = [...country].map((letter) => letter.charCodeAt(0) - "A".charCodeAt(0));
  return String.fromCodePoint(...letters.map((letter) => REGIONAL_INDICATOR_A + letter));
}

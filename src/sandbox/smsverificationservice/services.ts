import { moneyNumber } from "../json.ts";
import { bare, bareError, bareUnauthorized, wrapped, wrappedUnauthorized } from "./answers.ts";
import type { SmsVerificationServiceEndpoint, SmsVerificationServiceParts } from "./api.ts";
import type { GlobalCountry, SmsOffer, SmsVerificationOffer } from "./catalogue.ts";

/** What is for sale, and the money there is to buy it. */
export function serviceEndpoints({ account }: SmsVerificationServiceParts): SmsVerificationServiceEndpoint[] {
  const isListed = (offer: SmsOffer) => offer.product === "verification" && account.listed(offer);
  const listed = () => account.offers.filter((offer): offer is SmsVerificationOffer => isListed(offer));
  const balance = () => ({ balance: moneyNumber(account.balance()), currency: account.balance().currency });
  const line = ({ serviceId, service, price }: SmsVerificationOffer) => ({
    service_id: serviceId,
    name: service,
    price: moneyNumber(price),
  });

  return [
    {
      operation: "balance",
      method: "GET",
      path: "/balance/",
      unauthorized: bareUnauthorized,
      answer: () => bare(balance()),
    },
    {
      operation: "balance",
      method: "GET",
      path: "/wallet/balance/",
      unauthorized: bareUnauthorized,
      answer: () => wrapped(balance()),
    },
    {
      operation: "list",
      method: "GET",
      path: "/services/temporary/",
      unauthorized: wrappedUnauthorized,
      answer: () =>
        wrapped({
          services: listed()
            .filter(({ global }) => !global)
            .map(line),
        }),
    },
    {
      operation: "list",
      method: "GET",
      path: "/services/best-temp/",
      unauthorized: wrappedUnauthorized,
      answer: () => {
        const best = listed().filter((offer) => offer.best);
        return wrapped({ services: best.map((offer) => ({ ...line(offer), country: offer.country })) });
      },
    },
    {
      operation: "countries",
      method: "GET",
      path: "/global/countries/",
      unauthorized: bareUnauthorized,
      answer: () => {
        const countries = new Set(listed().flatMap(({ global }) => global ?? []));
        return bare({ countries: [...countries].map(({ id, name }) => ({ country_id: id, country_name: name })) });
      },
    },
    {
      operation: "list",
      method: "GET",
      path: "/global/services/",
      query: ["country_id"],
      unauthorized: bareUnauthorized,
      answer({ query }) {
        const asked = query.get("country_id") ?? "";
        if (!/^\d+$/.test(asked)) {
          return bareError(400, "country_id query parameter is required", "invalid_parameter");
        }
        const country = account.offers.map(globalOf).find((global) => global?.id === Number(asked));
        if (!country) return bareError(404, "Country not found");
        const place = { country_id: country.id, country_name: country.name };
        return bare({
          ...place,
          offers: listed()
            .filter(({ global }) => global?.id === country.id)
            .map(({ serviceId, service, price }) => ({
              service_id: serviceId,
              service_name: service,
              ...place,
              sell_price: moneyNumber(price),
              price: moneyNumber(price),
            })),
        });
      },
    },
  ];
}

function globalOf(offer: SmsOffer): GlobalCountry | undefined {
  return offer.product === "verification" ? offer.global : undefined;
}

import { formatDecimal } from "../../core/money.ts";
import { moneyNumber } from "../json.ts";
import { productOf } from "../offer.ts";
import type { Action, HandlerApiParts } from "./action.ts";
import { json, mistake, token } from "./answers.ts";
import { type HandlerApiOffer, PLENTY } from "./catalogue.ts";

/** What is for sale, and the money there is to buy it. */
export function listActions({ account, textOnly }: HandlerApiParts): Action[] {
  const verifications = account.offers.filter((offer) => productOf(offer) === "verification");
  const places = [...new Map(account.offers.map(({ place }) => [place.id, place])).values()];
  const services = [...new Map(verifications.map(({ serviceCode, service }) => [serviceCode, service]))];

  function priceOf(offer: HandlerApiOffer) {
    const count = account.stock(offer) ?? PLENTY;
    // The hosts that speak text only write money as text too.
    return { cost: textOnly ? formatDecimal(offer.price) : moneyNumber(offer.price), count, physicalCount: count };
  }

  return [
    {
      operation: "balance",
      action: "getBalance",
      answer: () => token("ACCESS_BALANCE", formatDecimal(account.balance())),
    },
    {
      operation: "countries",
      action: "getCountries",
      beyondText: true,
      answer: () =>
        json(
          Object.fromEntries(
            places.map(({ id, rus, eng, chn, rent }) => [
              id,
              { id, rus, eng, chn, visible: 1, retry: 1, rent: rent ? 1 : 0, multiService: 0 },
            ]),
          ),
        ),
    },
    {
      operation: "services",
      action: "getServicesList",
      query: ["country", "lang"],
      beyondText: true,
      answer({ query }) {
        const country = query.get("country");
        const isSold = (code: string) =>
          verifications.some(({ serviceCode, place }) => serviceCode === code && String(place.id) === country);
        const asked = country === null ? services : services.filter(([code]) => isSold(code));
        return json({ status: "success", services: asked.map(([code, name]) => ({ code, name })) });
      },
    },
    {
      operation: "list",
      action: "getPrices",
      query: ["service", "country"],
      answer({ query }) {
        const service = query.get("service");
        const country = query.get("country");
        if (service !== null && !services.some(([code]) => code === service)) {
          return mistake("BAD_SERVICE", "invalid_parameter");
        }
        if (country !== null && !places.some(({ id }) => String(id) === country)) {
          return mistake("BAD_COUNTRY", "invalid_parameter");
        }
        const prices: Record<string, Record<string, unknown>> = {};
        for (const offer of verifications) {
          const isAsked = offer.serviceCode === (service ?? offer.serviceCode);
          if (!isAsked || String(offer.place.id) !== (country ?? String(offer.place.id))) continue;
          prices[offer.place.id] = { ...prices[offer.place.id], [offer.serviceCode]: priceOf(offer) };
        }
        return json(prices);
      },
    },
  ];
}

import { formatDecimal, parseMoney } from "../../core/money.ts";
import { productOf } from "../offer.ts";
import type { Order } from "../order.ts";
import type { Answer, Call } from "../wire.ts";
import type { Action, HandlerApiParts } from "./action.ts";
import { dateTime, digits, json, mistake, token } from "./answers.ts";
import { CURRENCY_NUMBERS, type HandlerApiOffer } from "./catalogue.ts";

const NUMBER_QUERY = [
  "service",
  "country",
  "operator",
  "maxPrice",
  "minPrice",
  "freePrice",
  "phoneException",
  "ref",
  "forward",
  "verification",
  "providerIds",
  "exceptProviderIds",
];

/** Where a number for one service is bought. */
export function numberActions({ account }: HandlerApiParts): Action[] {
  const verifications = account.offers.filter((offer) => productOf(offer) === "verification");

  function sell({ query }: Call, answer: (sold: Order<HandlerApiOffer>) => Answer): Answer {
    const ofService = verifications.filter(({ serviceCode }) => serviceCode === query.get("service"));
    if (ofService.length === 0) return mistake("BAD_SERVICE", "invalid_parameter");
    const country = query.get("country");
    if (!verifications.some(({ place }) => String(place.id) === country)) {
      return mistake("BAD_COUNTRY", "invalid_parameter");
    }
    const offer = ofService.find(({ place }) => String(place.id) === country);
    if (!offer) return token("NO_NUMBERS");

    const max = query.get("maxPrice");
    if (max !== null && (parseMoney(max, offer.price.currency)?.micros ?? 0n) < offer.price.micros) {
      return token("WRONG_MAX_PRICE", formatDecimal(offer.price));
    }
    const sale = account.buy(offer);
    if ("sold" in sale) return answer(sale.sold);
    return token(sale.refused === "funds" ? "NO_BALANCE" : "NO_NUMBERS");
  }

  return [
    {
      operation: "create",
      action: "getNumber",
      query: NUMBER_QUERY,
      answer: (call) => sell(call, ({ ref, phone }) => token("ACCESS_NUMBER", ref, digits(phone))),
    },
    {
      operation: "create",
      action: "getNumberV2",
      query: NUMBER_QUERY,
      beyondText: true,
      answer: (call) =>
        sell(call, ({ ref, phone, price, offer, createTime }) =>
          json({
            activationId: Number(ref),
            phoneNumber: digits(phone),
            activationCost: formatDecimal(price),
            currency: CURRENCY_NUMBERS[price.currency],
            countryCode: String(offer.place.id),
            countryPhoneCode: offer.place.dialling,
            canGetAnotherSms: "1",
            activationTime: dateTime(createTime),
            activationOperator: "any",
          }),
        ),
    },
  ];
}

import { z } from "zod";
import type { Answer } from "../wire.ts";
import { refusal, withBody, wrapped, wrappedError, wrappedUnauthorized } from "./answers.ts";
import type { SmsVerificationServiceEndpoint, SmsVerificationServiceParts } from "./api.ts";
import type { SmsVerificationOffer } from "./catalogue.ts";

const temporaryBody = z.object({
  service_id: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]),
  area_code: z
    .string()
    .regex(/^[2-9]\d\d$/)
    .optional(),
});
const bestBody = z.object({ service_id: z.int() });
const globalBody = z.object({ service_id: z.int(), country_id: z.int() });

/** Where a purchase is made. All of them sell a number for one code. */
export function purchaseEndpoints({ account }: SmsVerificationServiceParts): SmsVerificationServiceEndpoint[] {
  function sell(isAsked: (offer: SmsVerificationOffer) => boolean, areaCode?: string): Answer {
    const offer = account.offers.find((each) => each.product === "verification" && isAsked(each));
    if (!offer) return wrappedError(404, "Service not available");
    const sale = account.buy(offer, { areaCode });
    if ("sold" in sale) {
      return wrapped({ order_id: Number(sale.sold.ref), phone: sale.sold.phone, status: "pending" }, 201);
    }
    return refusal(sale.refused, wrappedError);
  }

  return [
    {
      operation: "create",
      method: "POST",
      path: "/order/temporary/",
      unauthorized: wrappedUnauthorized,
      answer: (call) =>
        withBody(call, temporaryBody, ({ service_id: id, area_code: areaCode }) =>
          sell(({ serviceId, global }) => !global && serviceId === id, areaCode),
        ),
    },
    {
      operation: "create",
      method: "POST",
      path: "/order/best-temp/",
      unauthorized: wrappedUnauthorized,
      answer: (call) =>
        withBody(call, bestBody, ({ service_id: id }) => sell(({ serviceId, best }) => best && serviceId === id)),
    },
    {
      operation: "create",
      method: "POST",
      path: "/order/global/",
      unauthorized: wrappedUnauthorized,
      answer: (call) =>
        withBody(call, globalBody, ({ service_id: id, country_id: country }) =>
          sell(({ serviceId, global }) => global?.id === country && serviceId === id),
        ),
    },
  ];
}

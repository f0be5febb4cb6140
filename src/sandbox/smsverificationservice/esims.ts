import { z } from "zod";
import { decimalNumber, moneyNumber } from "../json.ts";
import { bare, bareError, bareUnauthorized, refusal, withBody } from "./answers.ts";
import type { SmsVerificationServiceEndpoint, SmsVerificationServiceParts } from "./api.ts";
import type { SmsEsimOffer } from "./esim-catalogue.ts";

const DAY_MS = 24 * 60 * 60_000;

const planBody = z.object({ plan: z.string().min(1) });

/** Data plans, by name. */
export function esimEndpoints({ account }: SmsVerificationServiceParts): SmsVerificationServiceEndpoint[] {
  const plans = account.offers.filter((offer): offer is SmsEsimOffer => offer.product === "esim");

  return [
    {
      operation: "esim_list",
      method: "GET",
      path: "/services/esim/",
      unauthorized: bareUnauthorized,
      answer: () =>
        bare(
          plans
            .filter((offer) => account.listed(offer))
            .map(({ service, dataGb, days, price }) => ({
              name: service,
              data_gb: decimalNumber(dataGb),
              validity_days: days,
              sell_price: moneyNumber(price),
              price: moneyNumber(price),
            })),
        ),
    },
    {
      operation: "esim_create",
      method: "POST",
      path: "/order/esim/",
      unauthorized: bareUnauthorized,
      answer: (call) =>
        withBody(
          call,
          planBody,
          ({ plan }) => {
            const offer = plans.find(({ service }) => service.toLowerCase() === plan.toLowerCase());
            if (!offer) return bareError(404, "Plan not found");
            const sale = account.buy(offer, { lifetimeMs: offer.days * DAY_MS });
            if ("refused" in sale) return refusal(sale.refused, bareError);
            const { ref, price } = sale.sold;
            return bare(
              {
                success: true,
                order_id: Number(ref),
                activation_code: `SIM-${ref.slice(-10)}`,
                sell_price: moneyNumber(price),
                price: moneyNumber(price),
                status: "active",
              },
              201,
            );
          },
          bareError,
        ),
    },
  ];
}

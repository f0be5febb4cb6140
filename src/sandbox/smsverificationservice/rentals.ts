import { z } from "zod";
import { moneyNumber, timestamp } from "../json.ts";
import { statusOf } from "../order.ts";
import {
  bare,
  bareError,
  bareUnauthorized,
  refusal,
  withBody,
  wrapped,
  wrappedError,
  wrappedUnauthorized,
} from "./answers.ts";
import type { SmsVerificationServiceEndpoint, SmsVerificationServiceParts } from "./api.ts";
import type { RentalShelf, SmsRentalOffer } from "./rental-catalogue.ts";

const DAY_MS = 24 * 60 * 60_000;

const byNameBody = z.object({ service: z.string().min(1), duration: z.literal([3, 30]) });
const numberedBody = z.object({ service_id: z.int() });

const cannotRenew = wrappedError(400, "Order cannot be renewed");

/** Numbers for some days, on three lists: one is bought from by name, two by the service's id. */
export function rentalEndpoints({ account, clock }: SmsVerificationServiceParts): SmsVerificationServiceEndpoint[] {
  function onShelf(shelf: RentalShelf): SmsRentalOffer[] {
    return account.offers.filter(
      (offer): offer is SmsRentalOffer => offer.product === "rental" && offer.shelf === shelf,
    );
  }
  const buy = (offer: SmsRentalOffer) => account.buy(offer, { lifetimeMs: offer.days * DAY_MS });

  function numbered(shelf: "rent-1day" | "rent-30days"): SmsVerificationServiceEndpoint[] {
    return [
      {
        operation: "rental_list",
        method: "GET",
        path: `/services/${shelf}/`,
        unauthorized: wrappedUnauthorized,
        answer() {
          const services = onShelf(shelf)
            .filter((offer) => account.listed(offer))
            .map(({ serviceId, service, price }) => ({
              service_id: serviceId,
              name: service,
              price: moneyNumber(price),
            }));
          return wrapped({ services });
        },
      },
      {
        operation: "rental_create",
        method: "POST",
        path: `/order/${shelf}/`,
        unauthorized: wrappedUnauthorized,
        answer: (call) =>
          withBody(call, numberedBody, ({ service_id: id }) => {
            const offer = onShelf(shelf).find(({ serviceId }) => serviceId === id);
            if (!offer) return wrappedError(404, "Service not available");
            const sale = buy(offer);
            if ("refused" in sale) return refusal(sale.refused, wrappedError);
            return wrapped({ order_id: Number(sale.sold.ref), status: "pending", phone: sale.sold.phone }, 201);
          }),
      },
    ];
  }

  return [
    {
      operation: "rental_list",
      method: "GET",
      path: "/services/rental/",
      unauthorized: bareUnauthorized,
      answer() {
        const offers = onShelf("rental").filter((offer) => account.listed(offer));
        return bare(
          [...Map.groupBy(offers, ({ service }) => service)].map(([name, durations]) => {
            const prices = durations.map(({ days, price }) => [`price_${days}days`, moneyNumber(price)] as const);
            const sellPrices = prices.map(([field, price]) => [`sell_${field}`, price] as const);
            return { name, ...Object.fromEntries([...sellPrices, ...prices]) };
          }),
        );
      },
    },
    {
      operation: "rental_create",
      method: "POST",
      path: "/order/rental/",
      unauthorized: bareUnauthorized,
      answer: (call) =>
        withBody(
          call,
          byNameBody,
          ({ service, duration }) => {
            const offer = onShelf("rental").find(
              (each) => each.service.toLowerCase() === service.toLowerCase() && each.days === duration,
            );
            if (!offer) return bareError(404, "Service not found");
            const sale = buy(offer);
            if ("refused" in sale) return refusal(sale.refused, bareError);
            const { ref, phone, price, expireTime } = sale.sold;
            return bare(
              {
                success: true,
                order_id: Number(ref),
                phone,
                sell_price: moneyNumber(price),
                price: moneyNumber(price),
                status: "active",
                expiry_date: timestamp(expireTime),
              },
              201,
            );
          },
          bareError,
        ),
    },
    ...numbered("rent-1day"),
    ...numbered("rent-30days"),
    {
      operation: "renew",
      method: "POST",
      path: "/order/:id/renew/",
      unauthorized: wrappedUnauthorized,
      answer({ id }) {
        const order = account.find(id);
        if (!order) return wrappedError(404, "Order not found");
        const { offer } = order;
        if (offer.product !== "rental" || statusOf(order, clock.now()) !== "active") return cannotRenew;
        const isRenewed = account.extend(order, { price: offer.price, ms: offer.days * DAY_MS });
        if (!isRenewed) return refusal("funds", wrappedError);
        return wrapped({ order_id: Number(order.ref), status: "active", phone: order.phone });
      },
    },
  ];
}

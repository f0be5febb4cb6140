import { formatDecimal } from "../../core/money.ts";
import { productOf } from "../offer.ts";
import { messagesBy, type Order, statusOf } from "../order.ts";
import { digits, done, list, NOT_ABLE_TO_REJECT, NUMBER_NOT_FOUND, readableTime, refused } from "./answers.ts";
import type { PvapinsEndpoint, PvapinsParts } from "./api.ts";
import type { PvapinsOffer } from "./catalogue.ts";
import { findOffer, findOrder } from "./names.ts";
import { REFUSALS } from "./numbers.ts";

const DAY_MS = 24 * 60 * 60_000;
const RENTAL_DAYS = 3;

/** Numbers by the day. What goes wrong is told beside the code 200, what succeeds beside 100. */
export function rentalEndpoints({ account, clock }: PvapinsParts): PvapinsEndpoint[] {
  const rentals = () => account.orders().filter(({ offer }) => productOf(offer) === "rental");
  const find = (query: URLSearchParams) => findOrder(account.orders(), "rental", query);
  const isActive = (order: Order<PvapinsOffer>) => statusOf(order, clock.now()) === "active";
  const messagesOf = (order: Order<PvapinsOffer>) => messagesBy(order, clock.now());

  function line(order: Order<PvapinsOffer>) {
    const { offer, createTime, expireTime } = order;
    return {
      id: Number(order.ref),
      user_id: 1,
      key_id: 1,
      app_id: offer.appId,
      number: digits(order.phone),
      deduct: formatDecimal(order.price),
      duration: Math.round((expireTime - createTime) / DAY_MS),
      country_id: offer.place.id,
      is_released: isActive(order) ? 0 : 1,
      auto_renew: 0,
      received_message: messagesOf(order).length,
      api: 1,
      timestamp: Math.floor(createTime / 1000),
      app_name: offer.service,
      country_name: offer.place.name,
      timestamp_readable: readableTime(createTime),
      days: isActive(order) ? Math.ceil((expireTime - clock.now()) / DAY_MS) : 0,
      expiry: readableTime(expireTime),
    };
  }

  return [
    {
      operation: "rental_create",
      path: "/rent/get_number.php",
      query: ["app", "country", "is_rent"],
      answer({ query }) {
        const offer = findOffer(account.offers, "rental", query);
        if ("unknown" in offer) return refused(offer.unknown, offer.misuse);
        const sale = account.buy(offer.found, { lifetimeMs: RENTAL_DAYS * DAY_MS });
        return "sold" in sale ? done(digits(sale.sold.phone)) : refused(REFUSALS[sale.refused]);
      },
    },
    {
      operation: "rentals",
      path: "/load_rent.php",
      answer: () => list(rentals().map(line).reverse()),
    },
    {
      operation: "rental_messages",
      path: "/load_rent_code.php",
      query: ["number", "country", "app"],
      answer({ query }) {
        const order = find(query);
        if (!order) return refused(NUMBER_NOT_FOUND);
        return list(
          messagesOf(order)
            .map(({ sender, text, arriveTime }) => ({
              from: sender,
              message: text,
              timestamp: readableTime(arriveTime),
            }))
            .reverse(),
        );
      },
    },
    {
      operation: "rental_cancel",
      path: "/reject_rent.php",
      query: ["number", "country", "app"],
      answer({ query }) {
        const order = find(query);
        if (!order) return refused(NUMBER_NOT_FOUND);
        // What has received something stays rented.
        const isRejected = messagesOf(order).length === 0 && account.cancel(order);
        return isRejected ? done("Number Rejected") : refused(NOT_ABLE_TO_REJECT);
      },
    },
    {
      operation: "rental_extend",
      path: "/rent_renew_number.php",
      query: ["number", "country", "app"],
      answer({ query }) {
        const order = find(query);
        if (!order || !isActive(order)) return refused(NUMBER_NOT_FOUND);
        const isExtended = account.extend(order, { price: order.offer.price, ms: RENTAL_DAYS * DAY_MS });
        return isExtended ? done("Status Updated") : refused(REFUSALS.funds);
      },
    },
  ];
}

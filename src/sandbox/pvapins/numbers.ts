import { type Order, receivedBy, statusOf } from "../order.ts";
import type { Call } from "../wire.ts";
import {
  digits,
  done,
  NO_CODE_YET,
  NO_FREE_CHANNELS,
  NOT_ABLE_TO_REJECT,
  NOT_ENOUGH_BALANCE,
  NUMBER_NOT_FOUND,
  text,
} from "./answers.ts";
import type { PvapinsEndpoint, PvapinsParts } from "./api.ts";
import type { PvapinsOffer } from "./catalogue.ts";
import { findOffer, findOrder } from "./names.ts";

/** The document asks for a poll every 3 to 6 seconds. */
const HASTY_MS = 3000;
const INDEXED_MS = 2000;
const EARLIEST_REJECT_MS = 2 * 60_000;

export const REFUSALS = { funds: NOT_ENOUGH_BALANCE, stock: NO_FREE_CHANNELS } as const;

/** Numbers for one code. They have no id: the number, the country and the app together say which is meant. */
export function numberEndpoints({ account, tally, clock }: PvapinsParts): PvapinsEndpoint[] {
  function find({ query }: Call): Order<PvapinsOffer> | undefined {
    return findOrder(account.orders(), "verification", query);
  }

  return [
    {
      operation: "create",
      path: "/get_number.php",
      query: ["app", "country", "number"],
      answer(call) {
        const { query } = call;
        const offer = findOffer(account.offers, "verification", query);
        if ("unknown" in offer) return text(offer.unknown, offer.misuse);
        const before = query.has("number") ? find(call) : undefined;
        if (query.has("number") && !before) return text(NUMBER_NOT_FOUND);
        if (before && statusOf(before, clock.now()) === "pending") return text(NO_FREE_CHANNELS);
        const sale = before ? account.buyAgain(before) : account.buy(offer.found);
        return text("sold" in sale ? digits(sale.sold.phone) : REFUSALS[sale.refused]);
      },
    },
    {
      operation: "poll",
      path: "/get_sms.php",
      query: ["number", "country", "app"],
      answer(call) {
        const order = find(call);
        if (!order) return text(NUMBER_NOT_FOUND);
        const now = clock.now();
        if (order.lastPollTime !== undefined && now - order.lastPollTime < HASTY_MS) tally.hasty += 1;
        order.lastPollTime = now;

        const received = receivedBy(order, now);
        if (received) return text(received.text);
        // A number is not known to the readers of its messages at once.
        if (now - order.createTime < INDEXED_MS) return text(NUMBER_NOT_FOUND);
        return text(statusOf(order, now) === "pending" ? NO_CODE_YET : NUMBER_NOT_FOUND);
      },
    },
    {
      operation: "cancel",
      path: "/get_reject_number.php",
      query: ["number", "country", "app"],
      answer(call) {
        const order = find(call);
        if (!order) return text(NUMBER_NOT_FOUND);
        if (clock.now() - order.createTime < EARLIEST_REJECT_MS && statusOf(order, clock.now()) === "pending") {
          return text("Cant rejected, limit: 2 minutes.");
        }
        return account.cancel(order) ? done("Number Rejected") : text(NOT_ABLE_TO_REJECT);
      },
    },
  ];
}

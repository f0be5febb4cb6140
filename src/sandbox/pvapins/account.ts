import { formatDecimal } from "../../core/money.ts";
import { receivedBy } from "../order.ts";
import { digits, list, readableTime } from "./answers.ts";
import type { PvapinsEndpoint, PvapinsParts } from "./api.ts";

/** The money on the account, and what it was spent on. */
export function accountEndpoints({ account, clock }: PvapinsParts): PvapinsEndpoint[] {
  return [
    {
      operation: "balance",
      path: "/get_balance.php",
      answer: () => ({ status: 200, body: { balance: formatDecimal(account.balance()) } }),
    },
    {
      operation: "orders",
      path: "/get_history.php",
      answer: () =>
        list(
          account
            .orders()
            .map((order) => ({
              id: Number(order.ref),
              number: digits(order.phone),
              app_name: order.offer.service,
              country_name: order.offer.place.name,
              deduct: formatDecimal(order.price),
              message: receivedBy(order, clock.now())?.text ?? null,
              timestamp: readableTime(order.createTime),
            }))
            .reverse(),
        ),
    },
  ];
}

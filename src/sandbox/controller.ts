import type { Clock } from "../core/clock.ts";
import { parseMoney } from "../core/money.ts";
import type { Account } from "./account.ts";
import { booksOf, orderEntry, resetTally, type Tally } from "./books.ts";
import { ControlError, type Delivery, type SandboxControl, type UpstreamId } from "./control.ts";
import type { Faults } from "./faults.ts";
import type { Messages } from "./messages.ts";
import type { Offer } from "./offer.ts";
import { statusOf } from "./order.ts";
import type { Phones } from "./phones.ts";
import type { Windows } from "./window.ts";

/** What the control reaches of one upstream. */
export interface Controlled {
  readonly account: Account;
  readonly tally: Tally;
  readonly faults: Faults;
  readonly windows: Windows;
  /** The names of its endpoints. */
  readonly operations: ReadonlySet<string>;
  /** It hands out codes only, so a text without one cannot arrive there. */
  readonly codesOnly: boolean;
}

const DEFAULT_RETRY_AFTER_SECONDS = 5;

export function createControl(
  upstreams: Readonly<Record<UpstreamId, Controlled>>,
  { messages, phones }: { readonly messages: Messages; readonly phones: Phones },
  clock: Clock,
): SandboxControl {
  function locate({ upstream, orderId, phone }: Delivery) {
    const asked = upstream ? [upstreams[upstream]] : Object.values(upstreams);
    for (const { account, codesOnly } of asked) {
      const order = orderId === undefined ? account.findByPhone(phone ?? "") : account.find(orderId);
      if (order) return { order, codesOnly };
    }
    throw new ControlError(404, orderId === undefined ? "no order has that phone" : `no order ${orderId}`);
  }

  return {
    books: () => ({
      ping: booksOf(upstreams.ping.account, upstreams.ping.tally, clock.now()),
      smsverificationservice: booksOf(
        upstreams.smsverificationservice.account,
        upstreams.smsverificationservice.tally,
        clock.now(),
      ),
    }),
    deliver(delivery) {
      const { order, codesOnly } = locate(delivery);
      const now = clock.now();
      const status = statusOf(order, now);
      if (status === "cancelled" || status === "expired")
        throw new ControlError(409, `order ${order.ref} is ${status}`);
      const message = messages.write(order.offer, now, delivery);
      if (codesOnly && message.code === undefined) {
        throw new ControlError(400, "this upstream hands out codes only, and the text has none: give code");
      }
      order.message = message;
      return orderEntry(order, now);
    },
    setStock({ upstream, service, country, count }) {
      const { account } = upstreams[upstream];
      const isMeant = (offer: Offer) =>
        offer.service.toLowerCase() === service.toLowerCase() &&
        (country === undefined || offer.country === country.toUpperCase());
      const offers = account.offers.filter(isMeant);
      if (offers.length === 0) {
        throw new ControlError(404, `${upstream} does not sell ${service}${country ? ` in ${country}` : ""}`);
      }
      for (const offer of offers) account.setStock(offer, count);
      return offers.length;
    },
    setBalance({ upstream, balance }) {
      const money = parseMoney(balance, "USD");
      if (!money || money.micros < 0n) throw new ControlError(400, `balance is not an amount of money: ${balance}`);
      upstreams[upstream].account.setBalance(money);
    },
    setCodeDelay: (delay) => messages.setDelay(delay),
    failNext({ upstream, endpoint, kind, times = 1, retryAfterSeconds = DEFAULT_RETRY_AFTER_SECONDS }) {
      const { faults, operations } = upstreams[upstream];
      if (endpoint !== "*" && !operations.has(endpoint)) {
        throw new ControlError(400, `${upstream} has no endpoint ${endpoint}; known: *, ${[...operations].join(", ")}`);
      }
      faults.arm(endpoint, { kind, retryAfterSeconds }, times);
    },
    reset() {
      messages.reset();
      phones.reset();
      for (const { account, tally, faults, windows } of Object.values(upstreams)) {
        account.reset();
        resetTally(tally);
        faults.reset();
        windows.reset();
      }
    },
  };
}

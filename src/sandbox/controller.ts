import type { Clock } from "../core/clock.ts";
import { parseMoney } from "../core/money.ts";
import type { Account } from "./account.ts";
import { booksOf, orderEntry, resetTally, type Tally } from "./books.ts";
import { type Callbacks, isLoopback } from "./callbacks.ts";
import { ControlError, type Delivery, type SandboxControl } from "./control.ts";
import { FAULT_KINDS, type Faults } from "./faults.ts";
import type { Messages } from "./messages.ts";
import { type Offer, productOf } from "./offer.ts";
import { isOpen, statusOf } from "./order.ts";
import type { Phones } from "./phones.ts";
import { forEachUpstream, UPSTREAM_IDS, type UpstreamId } from "./upstreams.ts";
import type { Windows } from "./window.ts";

/** What the control reaches of one upstream. */
export interface Controlled {
  readonly account: Account;
  readonly tally: Tally;
  readonly faults: Faults;
  readonly windows: Windows;
  /** Absent where the document has none. */
  readonly callbacks: Callbacks | undefined;
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
      if (order) return { order, account, codesOnly };
    }
    throw new ControlError(404, orderId === undefined ? "no order has that phone" : `no order ${orderId}`);
  }

  function faultsOf(upstream: UpstreamId, endpoint: string): Faults {
    const { faults, operations } = upstreams[upstream];
    if (endpoint === "*" || operations.has(endpoint)) return faults;
    throw new ControlError(400, `${upstream} has no endpoint ${endpoint}; known: *, ${[...operations].join(", ")}`);
  }

  return {
    books: () => forEachUpstream((id) => booksOf(upstreams[id].account, upstreams[id].tally, clock.now())),
    deliver(delivery) {
      const { order, account, codesOnly } = locate(delivery);
      const now = clock.now();
      const status = statusOf(order, now);
      const product = productOf(order.offer);
      if (product === "esim") throw new ControlError(409, `order ${order.ref} is an eSIM and receives no messages`);
      if (status !== "completed" && !isOpen(order, now)) {
        throw new ControlError(409, `order ${order.ref} is ${status}`);
      }
      const message = messages.write(order.offer, now, delivery);
      if (codesOnly && product === "verification" && message.code === undefined) {
        throw new ControlError(400, "this upstream hands out codes only, and the text has none: give code");
      }
      account.deliver(order, message);
      return orderEntry(order, now);
    },
    setStock({ upstream, service, product, country, count }) {
      const { account } = upstreams[upstream];
      const isMeant = (offer: Offer) =>
        offer.service.toLowerCase() === service.toLowerCase() &&
        (product === undefined || productOf(offer) === product) &&
        (country === undefined || offer.country === country.toUpperCase());
      const offers = account.offers.filter(isMeant);
      if (offers.length === 0) {
        const wanted = `${product ? `${product} ` : ""}${service}${country ? ` in ${country}` : ""}`;
        throw new ControlError(404, `${upstream} does not sell ${wanted}`);
      }
      for (const offer of offers) account.setStock(offer, count);
      return offers.length;
    },
    setBalance({ upstream, balance }) {
      const { account } = upstreams[upstream];
      const money = parseMoney(balance, account.balance().currency);
      if (!money || money.micros < 0n) throw new ControlError(400, `balance is not an amount of money: ${balance}`);
      account.setBalance(money);
    },
    setCodeDelay: (delay) => messages.setDelay(delay),
    failNext({ upstream, endpoint, kind, times = 1, retryAfterSeconds = DEFAULT_RETRY_AFTER_SECONDS }) {
      faultsOf(upstream, endpoint).arm(endpoint, { kind, retryAfterSeconds }, times);
    },
    failOften(asked) {
      const { upstream, endpoint, rate, kinds = FAULT_KINDS, retryAfterSeconds = DEFAULT_RETRY_AFTER_SECONDS } = asked;
      faultsOf(upstream, endpoint).risk(endpoint, { rate, kinds, retryAfterSeconds });
    },
    setCallback({ upstream, url }) {
      const { callbacks } = upstreams[upstream];
      if (!callbacks) {
        const known = UPSTREAM_IDS.filter((id) => upstreams[id].callbacks).join(", ");
        throw new ControlError(400, `${upstream} posts no messages; known: ${known}`);
      }
      if (url !== undefined && !isLoopback(url)) {
        throw new ControlError(400, `url is not an http address on loopback: ${url}`);
      }
      callbacks.setUrl(url);
    },
    reset() {
      messages.reset();
      phones.reset();
      for (const { account, tally, faults, windows, callbacks } of Object.values(upstreams)) {
        callbacks?.reset();
        account.reset();
        resetTally(tally);
        faults.reset();
        windows.reset();
      }
    },
  };
}

// The protocol that most hosts of the field speak: one address that ends in `handler_api.php`, an `action` in the query,
// answers that are a token with fields behind colons, or JSON. No host's document is the protocol's; where they differ,
// that is the Host's record.
//
// - What an answer is, its first character tells, never its content type. Errors are tokens too, with 200 or with 4xx.
// - Ids are numbers: of countries (0 is Russia, the United States are 187 and 12), and codes of two to four letters are
//   services.
// - STATUS_WAIT_RETRY carries the code that was there before, not a new one.

import type { BoughtOrder, Desks, Order, RentalDesk, VerificationDesk } from "../../core/desks.ts";
import { GatewayError } from "../../core/error.ts";
import { formatDecimal } from "../../core/money.ts";
import type { UpstreamHttp } from "../http.ts";
import {
  activationsAnswer,
  balanceAnswer,
  inboxAnswer,
  overviewAnswer,
  purchaseAnswer,
  rentAnswer,
  rentalsAnswer,
  rentSet,
  statusAnswer,
  statusSet,
} from "./handler-api/answers.ts";
import { connectHost, type HandlerApi, type Host } from "./handler-api/calls.ts";
import { catalogDesk } from "./handler-api/catalog.ts";

export type { Host } from "./handler-api/calls.ts";
export { refusals } from "./handler-api/refusals.ts";

/** Everything that an account at a host of this protocol can do. */
export function handlerApi(http: UpstreamHttp, host: Host): Desks {
  const api = connectHost(http, host);
  return {
    catalog: catalogDesk(api),
    balance: (signal) => api.call.get("getBalance", balanceAnswer(host.currency), signal),
    verification: verificationDesk(api),
    // How many a host lists is nowhere said; none is known that lists fewer.
    recentHolds: { newest: 10, openOnly: true },
    inboxTellsEnd: true,
    rental: host.rentDays.length > 0 ? rentalDesk(api) : undefined,
  };
}

const READY = { status: "1", token: "ACCESS_READY" };
const ANOTHER = { status: "3", token: "ACCESS_RETRY_GET" };
const COMPLETE = { status: "6", token: "ACCESS_ACTIVATION" };
const CANCEL = { status: "8", token: "ACCESS_CANCEL" };

function verificationDesk({ call, host: { currency, version, needsReady } }: HandlerApi): VerificationDesk {
  const suffix = version === "v2" ? "V2" : "";

  async function set({ orderRef }: BoughtOrder, { status, token }: typeof CANCEL, signal: AbortSignal): Promise<void> {
    await call.act("setStatus", statusSet(token), signal, { id: orderRef, status });
  }

  /** A host that does not tell what it charged is not told to charge more than its list says. */
  function cap({ maxPrice }: Order): string | undefined {
    return version === "v2" && maxPrice?.currency === currency ? formatDecimal(maxPrice) : undefined;
  }

  return {
    buy(order, signal) {
      const [country, service] = order.offerRef.split(".");
      const query = { service, country, maxPrice: cap(order) };
      return call.act(`getNumber${suffix}`, purchaseAnswer(currency), signal, query);
    },

    check: ({ orderRef }, signal) => call.get(`getStatus${suffix}`, statusAnswer, signal, { id: orderRef }),

    async cancel(order, signal) {
      await set(order, CANCEL, signal);
      return {};
    },

    complete: (order, signal) => set(order, COMPLETE, signal),
    another: (order, signal) => set(order, ANOTHER, signal),
    ...(needsReady && { ready: (order: BoughtOrder, signal: AbortSignal) => set(order, READY, signal) }),
    recent: (signal) => call.get("getActiveActivations", activationsAnswer(currency), signal),
    overview: (signal) => call.get("getActiveActivations", overviewAnswer, signal),
  };
}

function rentalDesk({ call }: HandlerApi): RentalDesk {
  const hours = (days: number) => String(days * 24);
  return {
    rent({ offerRef, days }, signal) {
      const [, country, service] = offerRef.split(".");
      return call.act("getRentNumber", rentAnswer, signal, { service, country, rent_time: hours(days) });
    },

    // Unasked, a host shows the newest ten.
    inbox: ({ orderRef }, signal) => call.get("getRentStatus", inboxAnswer, signal, { id: orderRef, size: "100" }),

    async extend({ orderRef }, days, signal) {
      const query = { id: orderRef, rent_time: hours(days) };
      const { expireTime } = await call.act("continueRentNumber", rentAnswer, signal, query);
      return { expireTime };
    },

    async release({ orderRef }, signal) {
      await call.act("setRentStatus", rentSet, signal, { id: orderRef, status: "2" });
      return {};
    },

    async rentals(signal) {
      const { values } = await call.get("getRentList", rentalsAnswer, signal).catch(noneIfNoNumbers);
      // The list does not say for which service each is.
      return values.map(({ id, phone }) => ({ orderRef: id, numberAsSold: phone, serviceName: "" }));
    },
  };
}

/** Of what is rented, it is no refusal but the empty list. */
function noneIfNoNumbers(error: unknown): { readonly values: [] } {
  if (error instanceof GatewayError && error.reason === "NO_NUMBERS") return { values: [] };
  throw error;
}

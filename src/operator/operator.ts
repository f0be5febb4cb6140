import type { HistoryEvent } from "../core/books.ts";
import { GatewayError } from "../core/error.ts";
import { formatDecimal, formatMoney, parseMoney } from "../core/money.ts";
import type { Store } from "../core/store.ts";
import type { OperatorDesk, UncertainPurchase, Verdict } from "../orders/settle/operator-desk.ts";
import { sumEntries } from "./totals.ts";

/** Events asked of the store at once. */
const PAGE = 500;

/** What an operator asks a gateway, running or not. Everything is plain JSON: amounts are decimals, times RFC 3339. */
export interface Operator {
  /** Purchases that may have been made and are not settled, oldest first. */
  uncertain(): Promise<readonly UncertainLine[]>;
  /** Settles one of them. Throws an error for people when it cannot be. */
  settle(order: SettleOrder): Promise<{ readonly status: string }>;
  /** Holds the counters against the entries that they count; with `repair`, sets them right. */
  ledger(repair: boolean): Promise<LedgerReport>;
  /** The history as lines of JSON, oldest first. */
  history(filter: HistoryRequest): AsyncIterable<string>;
}

export interface UncertainLine {
  readonly order_id: string;
  readonly caller: string;
  readonly upstream: string;
  readonly offer_id: string;
  readonly price: string;
  readonly since: string;
  /** What was tried, and what it told. */
  readonly tried: string;
}

export interface SettleOrder {
  readonly order_id: string;
  readonly sold: boolean;
  /** In the currency that was quoted; absent: what was quoted. */
  readonly price?: string | undefined;
  readonly order_ref?: string | undefined;
  readonly number?: string | undefined;
}

export interface LedgerReport {
  readonly discrepancies: readonly { readonly caller: string; readonly day: string; readonly what: string }[];
  readonly totals: readonly {
    readonly currency: string;
    readonly reserved: string;
    readonly charged: string;
    readonly refunded: string;
  }[];
}

export interface HistoryRequest {
  /** RFC 3339, or a date. */
  readonly since?: string | undefined;
  readonly caller?: string | undefined;
  readonly order_id?: string | undefined;
}

export function createOperator(store: Pick<Store, "history" | "checkLedger">, desk: OperatorDesk): Operator {
  async function* events(filter: Parameters<Store["history"]>[0]): AsyncGenerator<HistoryEvent, void, void> {
    for (let after: bigint | undefined; ; ) {
      const page = await store.history({ ...filter, ...(after !== undefined && { after }) });
      yield* page;
      after = page.at(-1)?.seq;
      if (page.length < filter.limit) return;
    }
  }

  return {
    async uncertain() {
      return (await desk.uncertain()).map(toLine);
    },

    async settle(order) {
      const { order_id } = order;
      const doubts = await desk.uncertain();
      const doubt = doubts.find(({ purchase }) => purchase.orderId === order_id);
      const currency = doubt?.attempt.quotedPrice.currency ?? "USD";
      return { status: (await desk.settle(order_id, toVerdict(order, currency))).status };
    },

    async ledger(repair) {
      const discrepancies = await store.checkLedger({ repair });
      return {
        discrepancies: discrepancies.map(({ caller, day, counted, entered }) => ({
          caller,
          day: day.toISOString().slice(0, 10),
          what: `counted ${formatMoney(counted)}, entered ${formatMoney(entered)}`,
        })),
        totals: await sumEntries(events({ limit: PAGE })),
      };
    },

    async *history({ since, caller, order_id: orderId }) {
      const filter = { since: since === undefined ? undefined : readTime(since), caller, orderId, limit: PAGE };
      for await (const event of events(filter)) yield `${JSON.stringify(toJson(event))}\n`;
    },
  };
}

function toLine({ purchase, attempt, lastWord }: UncertainPurchase): UncertainLine {
  return {
    order_id: purchase.orderId,
    caller: purchase.caller,
    upstream: attempt.upstream,
    offer_id: attempt.offerId,
    price: formatMoney(attempt.quotedPrice),
    since: attempt.startTime.toISOString(),
    tried: lastWord ?? "not looked into yet",
  };
}

function toVerdict({ sold, price: decimal, order_ref: orderRef, number }: SettleOrder, currency: string): Verdict {
  if (!sold) {
    if (decimal ?? orderRef ?? number) throw invalid("what was not sold has no price, no order and no number");
    return { sold };
  }
  // Nothing that would have to be rounded, and nothing that no store could keep.
  if (decimal !== undefined && !/^\d{1,9}(?:\.\d{1,6})?$/.test(decimal)) {
    throw invalid(`${decimal} is no price, such as 0.50`);
  }
  const price = decimal === undefined ? undefined : parseMoney(decimal, currency);
  if ((orderRef === undefined) !== (number === undefined)) throw invalid("an order needs both its ref and its number");
  if (orderRef === undefined || number === undefined) return { sold, price };
  if (!/^\+?\d{5,15}$/.test(number)) throw invalid("the number is not digits alone, such as +14155550100");
  if (!/^\S{1,256}$/.test(orderRef)) throw invalid("the order's ref is empty, too long or holds white space");
  return { sold, price, order: { orderRef, numberAsSold: number } };
}

function readTime(text: string): Date {
  const isTime = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  // What is past a month's end would be read as a day of the next.
  const isDay = new Date(text.slice(0, 10)).getUTCDate() === Number(text.slice(8, 10));
  const time = new Date(isTime && isDay ? text : Number.NaN);
  if (Number.isNaN(time.getTime())) throw invalid(`${text} is no time, such as 2026-01-31 or 2026-01-31T12:00:00Z`);
  return time;
}

function invalid(message: string): GatewayError {
  return new GatewayError("INVALID_REQUEST", message);
}

/** An event as it is exported. */
function toJson({ seq, time, caller, orderId, change, status, version, attempt, entries }: HistoryEvent) {
  return {
    seq: Number(seq),
    time: time.toISOString(),
    caller,
    order_id: orderId,
    change,
    status,
    version,
    attempt: attempt && {
      number: attempt.number,
      upstream: attempt.upstream,
      offer_id: attempt.offerId,
      quoted_price: { amount: formatDecimal(attempt.quotedPrice), currency: attempt.quotedPrice.currency },
      outcome: attempt.outcome,
      reason: attempt.reason,
      explanation: attempt.explanation,
    },
    entries: entries.map(({ kind, money }) => ({ kind, amount: formatDecimal(money), currency: money.currency })),
  };
}

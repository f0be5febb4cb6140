import type { EntryKind, HistoryEvent } from "../core/books.ts";
import { formatDecimal } from "../core/money.ts";
import type { LedgerReport } from "./operator.ts";

/** What the history's entries come to, by currency. What was released is not reserved any more. */
export async function sumEntries(events: AsyncIterable<HistoryEvent>): Promise<LedgerReport["totals"]> {
  const sums = new Map<string, Record<EntryKind, bigint>>();
  for await (const { entries } of events) {
    for (const { kind, money } of entries) {
      const sum = sums.get(money.currency) ?? { reserve: 0n, release: 0n, charge: 0n, refund: 0n };
      sum[kind] += money.micros;
      sums.set(money.currency, sum);
    }
  }
  const decimal = (micros: bigint) => formatDecimal({ currency: "", micros });
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, { reserve, release, charge, refund }]) => ({
      currency,
      reserved: decimal(reserve - release),
      charged: decimal(charge),
      refunded: decimal(refund),
    }));
}

import type { Logger } from "pino";
import { type Clock, sleep } from "../core/clock.ts";
import { formatMoney } from "../core/money.ts";
import type { Store } from "../core/store.ts";

const BATCH = 500;
/** Between two batches, for everybody else's commands. */
const PAUSE_MS = 500;
const EVERY_MS = 3_600_000;
/** For so long a request id has to find its order, or it would buy again. */
const SHORTEST_KEEPING_MS = 24 * 3_600_000;

/**
 * Holds the counters of this month and the last against their entries, and sets right what differs. That never happens
 * unless the database was changed by something else, or by a bug.
 */
export async function checkBooks(store: Pick<Store, "checkLedger">, clock: Clock, log: Logger): Promise<void> {
  const now = new Date(clock.now());
  const since = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1));
  for (const { caller, day, counted, entered } of await store.checkLedger({ since, repair: true })) {
    const found = { caller, day, counted: formatMoney(counted), entered: formatMoney(entered) };
    log.error(found, "a budget's counter was not the sum of its entries, and was set right");
  }
}

export interface Retention {
  stop(): Promise<void>;
}

export interface RetentionParts {
  readonly store: Pick<Store, "forget">;
  readonly keep: { readonly messagesMs: number; readonly ordersMs: number };
  readonly clock: Clock;
  readonly log: Logger;
}

/** Forgets what is past its keeping: now, and every hour from now on. */
export function startRetention({ store, keep, clock, log }: RetentionParts): Retention {
  const stopping = new AbortController();

  async function forgetAll(): Promise<void> {
    const before = (ms: number) => new Date(clock.now() - ms);
    const ordersMs = Math.max(keep.ordersMs, SHORTEST_KEEPING_MS);
    for (;;) {
      const forgotten = await store.forget({ messages: before(keep.messagesMs), orders: before(ordersMs) }, BATCH);
      if (forgotten > 0) log.info({ orders: forgotten }, "forgot what is past its keeping");
      if (forgotten < BATCH || stopping.signal.aborted) return;
      await sleep(clock, PAUSE_MS, stopping.signal);
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      await forgetAll().catch((error: unknown) => {
        log.error({ err: error }, "what is past its keeping could not be forgotten");
      });
      await sleep(clock, EVERY_MS, stopping.signal);
    }
  }
  const ended = loop();

  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

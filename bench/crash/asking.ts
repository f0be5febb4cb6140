import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import type { CallerName, Daemon, Life, Services } from "./daemon.ts";
import { GOODS, type Goods } from "./points.ts";

/** What the callers did and were told. */
export interface Tally {
  /** Requests to buy, each with an id of its own, however often they were sent. */
  readonly asked: Record<Goods, number>;
  /** Of them, those sent once more after a lost connection. */
  readonly repeated: Record<Goods, number>;
  /** Errors with a reason, by it. */
  readonly refusals: Map<string, number>;
  /** Errors without a reason from a daemon that went on living, in words. */
  readonly unexpected: string[];
}

/** How callers ask: over as many lives of the daemon as it takes. */
export interface Asking {
  readonly tally: Tally;
  /** Aborts when the load is over. */
  readonly over: AbortSignal;
  /** Calls until there is an answer: undefined is a refusal, or that the load is over. */
  ask<T>(caller: CallerName, call: (services: Services) => Promise<T>): Promise<T | undefined>;
  /** As `ask`, for a request that buys. */
  buy<T>(caller: CallerName, goods: Goods, call: (services: Services) => Promise<T>): Promise<T | undefined>;
}

export function createAsking(daemon: Daemon, over: AbortSignal): Asking {
  const none = () => Object.fromEntries(GOODS.map((goods) => [goods, 0])) as Record<Goods, number>;
  const tally: Tally = { asked: none(), repeated: none(), refusals: new Map(), unexpected: [] };

  async function ask<T>(caller: CallerName, call: (services: Services) => Promise<T>): Promise<T | undefined> {
    for (let tries = 0; ; tries += 1) {
      const life = await daemon.current();
      if (tries > 0 && over.aborted) return undefined;
      try {
        return await call(life.as(caller));
      } catch (thrown) {
        const error = ConnectError.from(thrown);
        const reason = error.findDetails(ErrorInfoSchema)[0]?.reason;
        if (reason !== undefined) {
          tally.refusals.set(reason, (tally.refusals.get(reason) ?? 0) + 1);
          return undefined;
        }
        await afterLoss(life, error);
      }
    }
  }

  async function afterLoss(life: Life, error: ConnectError): Promise<void> {
    if (over.aborted) return;
    for (let waited = 0; !life.hasEnded() && waited < 1_000; waited += 20) await sleep(20);
    if (life.hasEnded() || error.code === Code.DeadlineExceeded) return;
    tally.unexpected.push(`${Code[error.code]}: ${error.rawMessage}`);
  }

  return {
    tally,
    over,
    ask,
    buy(caller, goods, call) {
      tally.asked[goods] += 1;
      let sent = 0;
      return ask(caller, (services) => {
        sent += 1;
        if (sent === 2) tally.repeated[goods] += 1;
        return call(services);
      });
    },
  };
}

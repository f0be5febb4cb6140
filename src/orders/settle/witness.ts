import type { Logger } from "pino";
import type { Clock } from "../../core/clock.ts";
import type { Money } from "../../core/money.ts";
import type { Store } from "../../core/store.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { Verification } from "../../core/verification.ts";
import type { Balances } from "../../upstream/balance.ts";
import type { Traffic } from "../../upstream/traffic.ts";

/** What moved an account is seldom alone: it is looked at once it has come to rest. */
const REST_MS = 10_000;
/** Others may use the account as well: the older the last look, the more may have happened that is not known here. */
const AGAIN_MS = 15 * 60_000;
/** What an upstream gives back by itself at an order's end may come a while after it. */
const REFUNDED_WITHIN_MS = 120_000;
/** The upstream's clock may be ahead of ours: it may have ended these already. */
const NEARLY_OVER_MS = 30_000;

export interface WitnessParts {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly balances: Balances;
  readonly traffic: Traffic;
  readonly store: Pick<Store, "openVerifications" | "pendingPurchases" | "recordBalance">;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Knows what each account held at some moment at which nothing moved it and no purchase was uncertain: what a purchase
 * that becomes uncertain later is held against.
 */
export interface Witness extends Pick<Balances, "read"> {
  /** Looks at every account now, and from now on. */
  start(): void;
  stop(): void;

  /** What the account holds now; undefined while something moves it, or when the upstream does not say in time. */
  atRest(upstream: Upstream): Promise<{ readonly money: Money; readonly time: Date } | undefined>;

  /** An order has ended: what comes back for it may be on its way. */
  ended(order: Pick<Verification, "upstream" | "refund" | "price"> & { readonly status: string }): void;
}

export function createWitness({ upstreams, balances, traffic, store, clock, log }: WitnessParts): Witness {
  const looks = new Map<string, () => void>();
  /** How many ends of each account may still bring money back. */
  const settling = new Map<string, number>();
  let stopped = false;

  const isAtRest = (id: string) => !traffic.isMoving(id) && (settling.get(id) ?? 0) === 0;

  async function atRest(upstream: Upstream): Promise<{ readonly money: Money; readonly time: Date } | undefined> {
    const [asked, begun] = [clock.now(), traffic.begun(upstream.id)];
    if (!isAtRest(upstream.id)) return undefined;
    const answer = await balances.read(upstream, -1);
    const moved = traffic.begun(upstream.id) !== begun || !isAtRest(upstream.id);
    return answer && answer.time.getTime() >= asked && !moved && !(await endsSoon(upstream)) ? answer : undefined;
  }

  async function endsSoon({ id }: Upstream): Promise<boolean> {
    const expiresBy = new Date(clock.now() + NEARLY_OVER_MS);
    return (await store.openVerifications({ upstream: id, expiresBy })).length > 0;
  }

  async function remember(upstream: Upstream, money: Money, time: Date): Promise<void> {
    // What such a purchase came to would be in the balance already, and nothing could tell it any more.
    const unknown = (await store.pendingPurchases()).some(({ attempts }) => {
      const last = attempts.at(-1);
      return last?.upstream === upstream.id && last.outcome !== "REFUSED" && last.startTime <= time;
    });
    if (unknown || stopped) return;
    await store.recordBalance({ upstream: upstream.id, provider: upstream.provider, balance: money, time });
    log.debug({ upstream: upstream.id }, "the account was looked at while it was at rest");
  }

  async function look(upstream: Upstream): Promise<void> {
    const answer = await atRest(upstream);
    if (answer) await remember(upstream, answer.money, answer.time);
  }

  /** A look that fails is made up for by the next. */
  function lookIn(delayMs: number, id: string): void {
    looks.get(id)?.();
    const upstream = upstreams.get(id);
    if (stopped || !upstream?.desks.balance) return;
    const callOff = clock.after(delayMs, () => {
      look(upstream).catch(() => undefined);
      lookIn(AGAIN_MS, id);
    });
    looks.set(id, callOff);
  }
  traffic.onRest((id) => lookIn(REST_MS, id));

  return {
    atRest,
    read: balances.read,

    start() {
      for (const id of upstreams.keys()) lookIn(0, id);
    },

    stop() {
      stopped = true;
      for (const callOff of looks.values()) callOff();
      looks.clear();
    },

    ended({ upstream: id = "", refund, price, status }) {
      if (refund || !price || status === "COMPLETED") return;
      settling.set(id, (settling.get(id) ?? 0) + 1);
      clock.after(REFUNDED_WITHIN_MS, () => {
        settling.set(id, (settling.get(id) ?? 1) - 1);
        lookIn(REST_MS, id);
      });
    },
  };
}

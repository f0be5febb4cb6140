import type { Verb } from "../core/desks.ts";
import { GatewayError, type Reason, UpstreamFault } from "../core/error.ts";
import type { Money } from "../core/money.ts";
import { compareWorth, type Rates } from "../core/rates.ts";
import type { CallEnd } from "../core/upstream.ts";
import type { Memory } from "./memory.ts";
import { createRandom } from "./random.ts";

/** Faults in a row after which an upstream counts as out of reach. */
const FAULTS = 5;
const STEP_MS = 30_000;
/** An account whose purchases alone are refused may be allowed them again at any time, and only a purchase shows it. */
const BUY_AGAIN_MS = 600_000;
const LONGEST_MS = 300_000;
/** So that many daemons do not ask in step. */
const JITTER = 0.2;

/** What costs money. */
const PAID: readonly Verb[] = ["buy", "rent", "extend", "buyEsim"];
/** What only an upstream says: it was reached. */
const ANSWERS: readonly Reason[] = [
  "NO_NUMBERS",
  "NO_OFFERS",
  "CANCEL_TOO_EARLY",
  "UPSTREAM_CREDENTIALS",
  "UPSTREAM_FUNDS",
];

/** Since when the account cannot pay. */
interface Short {
  /** Refusals and looks at the balance since. */
  times: number;
  until: number;
  /** The price that was refused, once it is known. */
  price?: Money;
  /** The last look at the balance since. */
  balance?: Money;
}

interface Row {
  /** In a row. */
  faults: number;
  /** How often in a row it was opened; 0 while closed. */
  times: number;
  until: number;
  short?: Short | undefined;
}

/** What an account that is turned away may not do, and until when. */
interface Rejected {
  readonly what: "everything" | "buying";
  readonly until: number;
}

/** Why nothing is bought at an upstream now. */
export type Bar = "UPSTREAM_UNREACHABLE" | "UPSTREAM_CREDENTIALS" | "UPSTREAM_FUNDS";

/**
 * Whether upstreams can be talked to and paid, from how the calls to them end. Five faults in a row open the breaker of
 * an upstream; only the success of a call closes it again. A key that was rejected stays so until a call is accepted; one
 * that may only not buy, as of an account that is banned, for the time that the upstream says or for ten minutes, then for
 * as long again if it still may not. Neither is kept over a restart, which may have brought a new key. An account that
 * could not pay is left alone until its balance covers the price, or, where it has none to ask for, for a time that grows.
 */
export interface Access {
  heard(end: CallEnd, time: number): void;
  /** The upstream refused a purchase at that price for want of money. */
  refusedFor(upstream: string, price: Money): void;
  balanceIs(upstream: string, money: Money, time: number): void;
  /** Why an offer at that price cannot be bought there now. Undefined when it can be tried. */
  barredFor(upstream: string, price: Money | undefined, time: number): Bar | undefined;
  /** Why nothing, or not everything, can be bought there. */
  barOf(upstream: string, time: number): Bar | undefined;
  hasFaults(upstream: string): boolean;
  /** Until when the breaker is open at least. Undefined while it is closed. */
  openUntil(upstream: string): number | undefined;
  /** Those of which something is known. */
  upstreams(): Iterable<string>;
  /** When a free call would tell more. Undefined when nothing is to be found out. */
  probeAt(upstream: string): number | undefined;
}

export interface AccessParts {
  readonly memory: Memory;
  readonly rates: Rates;
  /** Whether the upstream tells the account's balance. */
  tellsBalance(upstream: string): boolean;
}

export function createAccess({ memory, rates, tellsBalance }: AccessParts): Access {
  const rows = memory.table<Row>("access", { fresh, read, write });
  const rejected = new Map<string, Rejected>();

  /** Longer each time, up to a bound, and a little different at every upstream. */
  function delay(upstream: string, times: number): number {
    const spread = 1 + JITTER * (2 * createRandom(upstream, String(times))() - 1);
    return Math.min(Math.round(STEP_MS * times * spread), LONGEST_MS);
  }

  function change(upstream: string, row: Row): void {
    const known = rows.get(upstream);
    if (known || row.faults > 0 || row.short) rows.set(upstream, row);
  }

  function reached(upstream: string, verb: Verb): void {
    const row = rows.get(upstream);
    if (!row || (row.faults === 0 && row.times === 0)) return;
    // A catalogue may be made from the configuration, and then proves little: the next fault opens the breaker again.
    const onTrial = verb === "listings" && row.times > 0;
    change(upstream, { ...row, faults: onTrial ? FAULTS - 1 : 0, times: onTrial ? row.times : 0, until: 0 });
  }

  function failed(upstream: string, time: number): void {
    const row = rows.get(upstream) ?? fresh();
    const faults = row.faults + 1;
    const opens = faults >= FAULTS && time >= row.until;
    const times = opens ? row.times + 1 : row.times;
    change(upstream, { ...row, faults, times, until: opens ? time + delay(upstream, times) : row.until });
  }

  function lacks(upstream: string, time: number): void {
    const row = rows.get(upstream) ?? fresh();
    const times = (row.short?.times ?? 0) + 1;
    const { price } = row.short ?? {};
    change(upstream, { ...row, short: { times, until: time + delay(upstream, times), ...(price && { price }) } });
  }

  function covers(balance: Money | undefined, price: Money | undefined): boolean {
    return balance !== undefined && price !== undefined && (compareWorth(balance, price, rates) ?? 0) >= 0;
  }

  /** Of a rental or an eSIM the price that was refused is not known: any more money than at the first look may do. */
  function isMore(balance: Money, { price, balance: last }: Short): boolean {
    return price === undefined && last !== undefined && (compareWorth(balance, last, rates) ?? 0) > 0;
  }

  const isOpen = (upstream: string) => (rows.get(upstream)?.until ?? 0) > 0;

  function isShort(upstream: string, price: Money | undefined, time: number): boolean {
    const { short } = rows.get(upstream) ?? {};
    if (!short || covers(short.balance, price)) return false;
    return tellsBalance(upstream) || time < short.until;
  }

  function barredFor(upstream: string, price: Money | undefined, time: number): Bar | undefined {
    if (time < (rejected.get(upstream)?.until ?? 0)) return "UPSTREAM_CREDENTIALS";
    if (isShort(upstream, price, time)) return "UPSTREAM_FUNDS";
    return isOpen(upstream) ? "UPSTREAM_UNREACHABLE" : undefined;
  }

  return {
    heard({ upstream, verb, error }, time) {
      if (error === undefined) {
        if (PAID.includes(verb) || rejected.get(upstream)?.what === "everything") rejected.delete(upstream);
        reached(upstream, verb);
        const row = rows.get(upstream);
        if (row?.short && PAID.includes(verb)) change(upstream, { ...row, short: undefined });
      } else if (error instanceof UpstreamFault) {
        failed(upstream, time);
      } else if (error instanceof GatewayError && ANSWERS.includes(error.reason)) {
        reached(upstream, verb);
        if (error.reason === "UPSTREAM_CREDENTIALS") {
          const isPurchase = PAID.includes(verb);
          const until = time + (error.retryAfterMs ?? (isPurchase ? BUY_AGAIN_MS : Number.POSITIVE_INFINITY));
          rejected.set(upstream, { what: isPurchase ? "buying" : "everything", until });
        }
        if (error.reason === "UPSTREAM_FUNDS") lacks(upstream, time);
      }
    },

    refusedFor(upstream, price) {
      const row = rows.get(upstream);
      if (row?.short) change(upstream, { ...row, short: { ...row.short, price } });
    },

    balanceIs(upstream, balance, time) {
      const row = rows.get(upstream);
      if (!row?.short) return;
      if (covers(balance, row.short.price) || isMore(balance, row.short)) {
        return change(upstream, { ...row, short: undefined });
      }
      const times = time >= row.short.until ? row.short.times + 1 : row.short.times;
      const until = time >= row.short.until ? time + delay(upstream, times) : row.short.until;
      change(upstream, { ...row, short: { ...row.short, balance, times, until } });
    },

    barredFor,
    barOf: (upstream, time) => barredFor(upstream, undefined, time),
    hasFaults: (upstream) => (rows.get(upstream)?.faults ?? 0) > 0,
    openUntil: (upstream) => (isOpen(upstream) ? rows.get(upstream)?.until : undefined),

    upstreams: () => rows.keys(),

    probeAt(upstream) {
      const { until = 0, short } = rows.get(upstream) ?? {};
      const times = [until, tellsBalance(upstream) ? (short?.until ?? 0) : 0].filter((at) => at > 0);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
  };
}

function fresh(): Row {
  return { faults: 0, times: 0, until: 0 };
}

type WrittenMoney = readonly [currency: string, micros: string];

function write({ short, ...row }: Row): unknown {
  const money = (value: Money | undefined): WrittenMoney | undefined => value && [value.currency, String(value.micros)];
  return { ...row, short: short && { ...short, price: money(short.price), balance: money(short.balance) } };
}

function read(json: unknown): Row | undefined {
  const { faults, times, until, short } = json as Row & { short?: { price?: WrittenMoney; balance?: WrittenMoney } };
  if (![faults, times, until].every(Number.isFinite)) return undefined;
  const money = (written: unknown): Money | undefined => {
    const [currency, micros] = Array.isArray(written) ? (written as unknown as WrittenMoney) : [];
    return currency === undefined || micros === undefined ? undefined : { currency, micros: BigInt(micros) };
  };
  if (!short) return { faults, times, until };
  const [price, balance] = [money(short.price), money(short.balance)];
  const kept = { times: short.times, until: short.until, ...(price && { price }), ...(balance && { balance }) };
  return { faults, times, until, short: kept };
}

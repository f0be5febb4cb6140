import { GatewayError } from "../../core/error.ts";
import type { PendingPurchase } from "../../core/records.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { OrderParts } from "../parts.ts";
import { extensionFinding, type Lists, listOf, listsFor } from "./lists.ts";
import { type Doubt, doubtOf, type Finding, isOnList, matchOrders, type ReadLabel } from "./match.ts";
import type { OutcomesByProduct, Settled } from "./outcomes.ts";
import { type Weighed, weighBalance } from "./weigh.ts";
import type { Witness } from "./witness.ts";

/** After a purchase became uncertain, and after each look; then as long as the last, for ever. */
const PAUSES_MS = [3_000, 15_000, 40_000, 120_000, 600_000, 900_000, 3_600_000];
/** After so many looks nobody is kept waiting any more, and the operator is told. */
const AWAITED_LOOKS = 2;
/** A call that broke off may still be carried out: before, an absence proves nothing. */
const CARRIED_OUT_WITHIN_MS = 15_000;
/** A number whose time is over is no use to anybody, and what was to come back for it has come by then. */
const OVER_MS = 120_000;

export interface SettlementParts extends Pick<OrderParts, "upstreams" | "store" | "clock" | "log"> {
  readonly witness: Witness;
  readonly readLabel: ReadLabel;
  readonly outcomes: OutcomesByProduct;
}

/** A purchase that became uncertain. */
export type Doubtful = Pick<PendingPurchase, "orderId" | "product" | "upstream" | "provider">;

export interface Settlement {
  /** From now on this uncertain purchase is looked into until it is settled. */
  add(purchase: Doubtful): void;

  /**
   * Resolves with true once it is settled; with false when the first looks have told nothing, or there is nothing to look
   * at.
   */
  awaited(orderId: string): Promise<boolean>;

  /** It was settled by somebody else. */
  settled(orderId: string): void;

  /** What the last look told of it, for people. */
  lastWord(orderId: string): string | undefined;

  /** Ends the looking. What was found is recorded. */
  stop(): Promise<void>;
}

/** What is in doubt at one upstream, and when it is looked into. */
interface Account {
  readonly upstream: Upstream;
  readonly doubtful: Set<string>;
  looks: number;
  callOff: () => void;
  /** Resolves when it is not being looked into. */
  looked: Promise<void>;
}

/** Finds out, in the background, what became of purchases whose outcome nobody knows. They are never repeated. */
export function createSettlement(parts: SettlementParts): Settlement {
  const { upstreams, store, clock, log, witness, readLabel, outcomes } = parts;
  const accounts = new Map<string, Account>();
  const waiting = new Map<string, PromiseWithResolvers<boolean>>();
  const words = new Map<string, string>();
  const told = new Set<string>();
  /** Those of which list and balance have said opposite things: neither is believed alone any more. */
  const contradicted = new Set<string>();
  let stopped = false;

  function lookIn(account: Account): void {
    account.callOff();
    if (stopped || account.doubtful.size === 0) return;
    const pause = PAUSES_MS[Math.min(account.looks, PAUSES_MS.length - 1)] ?? 0;
    account.callOff = clock.after(pause, () => {
      // One after the other: two at once would find the same.
      account.looked = account.looked
        .then(() => lookOnce(account))
        .catch((error: unknown) => {
          log.error({ err: error, upstream: account.upstream.id }, "uncertain purchases could not be looked into");
        });
    });
  }

  async function lookOnce(account: Account): Promise<void> {
    if (stopped) return;
    try {
      await look(account);
    } finally {
      account.looks += 1;
      if (account.looks === AWAITED_LOOKS) for (const id of account.doubtful) giveUpOn(id, account.upstream.id);
      lookIn(account);
    }
  }

  function giveUpOn(orderId: string, upstream: string): void {
    const tried = words.get(orderId);
    if (!told.has(orderId)) log.warn({ orderId, upstream, tried }, "a purchase stays uncertain: see numgate uncertain");
    told.add(orderId);
    waiting.get(orderId)?.resolve(false);
    waiting.delete(orderId);
  }

  const pendingAt = async (upstream: Upstream) =>
    (await store.pendingPurchases()).filter(
      (one) => one.upstream === upstream.id && one.provider === upstream.provider,
    );

  async function look({ upstream, doubtful }: Account): Promise<void> {
    const before = (await pendingAt(upstream)).flatMap((one) => doubtOf(one) ?? []);
    const asked = clock.now();
    const lists = before.length > 0 ? await listsFor(upstream, before) : { word: "" };
    // Only now: whatever the lists show of ours is recorded or under way by this.
    const pending = await pendingAt(upstream);
    const doubts = pending.flatMap((one) => doubtOf(one) ?? []);
    for (const id of [...doubtful]) if (!doubts.some(({ purchase }) => purchase.orderId === id)) drop(id);
    if (doubts.length === 0) return;

    const findings = await match(upstream, lists, doubts, pending);
    const weighed = await weighBalance(upstream, doubts, { store, witness });
    for (const doubt of doubts) {
      const finding = findings.get(doubt);
      const { orderId } = doubt.purchase;
      // Settled by hand while the balance was asked for.
      if (!doubtful.has(orderId)) continue;
      words.set(orderId, [finding ? tell(finding) : lists.word, tellBalance(weighed, upstream)].join("; "));
      const settled = await conclude(upstream, doubt, { finding, weighed, asked }).catch((error: unknown) => {
        if (!(error instanceof GatewayError)) throw error;
        log.warn({ orderId, reason: error.reason }, "what was found of a purchase was refused");
        return undefined;
      });
      if (!settled) continue;
      log.info({ orderId, upstream: upstream.id, status: settled.status }, "an uncertain purchase is settled");
      done(orderId);
    }
  }

  async function match(
    upstream: Upstream,
    lists: Lists,
    doubts: readonly Doubt[],
    pending: readonly PendingPurchase[],
  ): Promise<ReadonlyMap<Doubt, Finding>> {
    const findings = new Map<Doubt, Finding>();
    for (const name of ["recent", "rentals"] as const) {
      const orders = lists[name];
      if (!orders) continue;
      const isShown = ({ product }: PendingPurchase) => product !== "EXTENSION" && listOf(upstream, product) === name;
      const held = await store.heldOrders(
        upstream.id,
        upstream.provider,
        orders.map(({ orderRef }) => orderRef),
      );
      const found = matchOrders({
        orders: orders.filter(({ orderRef }) => !held.has(orderRef)),
        doubts: doubts.filter(({ purchase }) => isShown(purchase)),
        underWay: pending.filter((purchase) => isShown(purchase) && isUnderWay(purchase)),
        covers: (doubt) => name === "recent" && isCovered(upstream, orders, doubt),
        readLabel,
      });
      for (const [doubt, finding] of found) findings.set(doubt, finding);
    }
    for (const doubt of doubts) {
      const finding = extensionFinding(doubt, lists.rentals);
      if (finding) findings.set(doubt, finding);
    }
    return findings;
  }

  function isCovered({ lifetimeMs, desks }: Upstream, orders: NonNullable<Lists["recent"]>, doubt: Doubt): boolean {
    return isOnList(orders, desks.recentHolds, doubt, { now: clock.now(), lifetimeMs });
  }

  /** Records what list and balance tell together; undefined while that is not enough. */
  async function conclude(
    upstream: Upstream,
    doubt: Doubt,
    { finding, weighed, asked }: { finding: Finding | undefined; weighed: Weighed; asked: number },
  ): Promise<Settled | undefined> {
    const { attempt, purchase } = doubt;
    const outcome = outcomes[purchase.product];
    // An answer that took long tells what was so when it was asked for.
    const sinceMs = asked - (attempt.endTime ?? attempt.startTime).getTime();
    const isOver = clock.now() > attempt.startTime.getTime() + upstream.lifetimeMs + OVER_MS;
    if (finding?.says === "sold") {
      const isKnown = purchase.product === "EXTENSION" || finding.order.createTime !== undefined;
      const isRecent = isKnown || upstream.desks.recentHolds?.openOnly;
      if (weighed === "none sold" || !(isRecent || weighed === "all sold")) return undefined;
      return outcome.sold(doubt, finding.order, upstream);
    }
    if (sinceMs < CARRIED_OUT_WITHIN_MS) return undefined;
    const isAbsent = finding?.says === "absent" && finding.certain;
    const believesOne = !contradicted.has(purchase.orderId);
    if (weighed === "none sold") return believesOne || isAbsent ? outcome.notSold(doubt) : undefined;
    if (weighed === "all sold") {
      // A list that must show it and does not: something else cost the same, and an operator has to look.
      if (isAbsent) {
        contradicted.add(purchase.orderId);
        return undefined;
      }
      // As long as its order may still turn up on the list, its number is not given up.
      const isListed = purchase.product !== "EXTENSION" && listOf(upstream, purchase.product) !== undefined;
      const mayTurnUp = isListed && !isOver;
      return believesOne && !mayTurnUp ? outcome.lost(doubt, attempt.quotedPrice) : undefined;
    }
    return believesOne && isAbsent ? outcome.notSold(doubt) : undefined;
  }

  function done(orderId: string): void {
    waiting.get(orderId)?.resolve(true);
    drop(orderId);
  }

  function drop(orderId: string): void {
    waiting.get(orderId)?.resolve(false);
    waiting.delete(orderId);
    words.delete(orderId);
    told.delete(orderId);
    contradicted.delete(orderId);
    for (const { doubtful } of accounts.values()) doubtful.delete(orderId);
  }

  return {
    add({ orderId, product, upstream: id = "", provider }) {
      const configured = upstreams.get(id);
      const upstream = configured?.provider === provider ? configured : undefined;
      if (!upstream || !(upstream.desks.balance || listOf(upstream, product))) {
        const why = upstream
          ? "has neither order list nor balance"
          : "that it was bought at is not configured any more";
        words.set(orderId, `the upstream ${why}`);
        giveUpOn(orderId, id);
        return;
      }
      const account = accounts.get(id) ?? {
        upstream,
        doubtful: new Set(),
        looks: 0,
        callOff: () => {},
        looked: Promise.resolve(),
      };
      accounts.set(id, account);
      account.doubtful.add(orderId);
      account.looks = 0;
      if (!waiting.has(orderId)) waiting.set(orderId, Promise.withResolvers());
      lookIn(account);
    },

    awaited: (orderId) => waiting.get(orderId)?.promise ?? Promise.resolve(false),
    settled: done,
    lastWord: (orderId) => words.get(orderId),

    async stop() {
      stopped = true;
      for (const { callOff } of accounts.values()) callOff();
      for (const { resolve } of waiting.values()) resolve(false);
      waiting.clear();
      await Promise.all([...accounts.values()].map(({ looked }) => looked));
    },
  };
}

function isUnderWay({ attempts }: PendingPurchase): boolean {
  const last = attempts.at(-1);
  return last !== undefined && last.outcome === undefined;
}

function tell(finding: Finding): string {
  if (finding.says === "sold") return "the order list shows an order that fits";
  if (finding.says === "absent") return `the order list does not show it${finding.certain ? "" : ", and may not"}`;
  return "the order list shows orders that may be anybody's";
}

function tellBalance(weighed: Weighed, upstream: Upstream): string {
  if (!upstream.desks.balance) return "the upstream tells no balance";
  return weighed === "nothing" ? "the balance proves nothing" : `by the balance: ${weighed}`;
}

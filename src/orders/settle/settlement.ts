import { UNINTERRUPTED } from "../../core/clock.ts";
import { GatewayError } from "../../core/error.ts";
import type { RecentOrder, Upstream } from "../../core/upstream.ts";
import type { Verification } from "../../core/verification.ts";
import type { OrderParts } from "../parts.ts";
import { type Doubt, doubtOf, type Finding, isOnList, matchOrders, type ReadLabel } from "./match.ts";
import type { Outcomes } from "./outcomes.ts";
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
  readonly outcomes: Outcomes;
}

export interface Settlement {
  /** From now on this uncertain purchase is looked into until it is settled. */
  add(verification: Verification): void;

  /**
   * Resolves with the verification once it is settled; with undefined when the first looks have told nothing, or there is
   * nothing to look at.
   */
  awaited(verificationId: string): Promise<Verification | undefined>;

  /** It was settled by somebody else. */
  settled(verification: Verification): void;

  /** What the last look told of it, for people. */
  lastWord(verificationId: string): string | undefined;

  /** Ends the looking. What was found is recorded. */
  stop(): Promise<void>;
}

/** What is in doubt at one upstream, and when it is looked into. */
interface Account {
  readonly upstream: Upstream;
  readonly doubtful: Set<string>;
  looks: number;
  callOff: () => void;
}

/** Finds out, in the background, what became of purchases whose outcome nobody knows. They are never repeated. */
export function createSettlement(parts: SettlementParts, bought: (verification: Verification) => void): Settlement {
  const { upstreams, store, clock, log, witness, readLabel, outcomes } = parts;
  const accounts = new Map<string, Account>();
  const waiting = new Map<string, PromiseWithResolvers<Verification | undefined>>();
  const words = new Map<string, string>();
  const told = new Set<string>();
  const looking = new Set<Promise<void>>();
  let stopped = false;

  function lookIn(account: Account): void {
    account.callOff();
    if (stopped || account.doubtful.size === 0) return;
    const pause = PAUSES_MS[Math.min(account.looks, PAUSES_MS.length - 1)] ?? 0;
    account.callOff = clock.after(pause, () => {
      const look = lookOnce(account)
        .catch((error: unknown) => {
          log.error({ err: error, upstream: account.upstream.id }, "uncertain purchases could not be looked into");
        })
        .finally(() => looking.delete(look));
      looking.add(look);
    });
  }

  async function lookOnce(account: Account): Promise<void> {
    try {
      await look(account);
    } finally {
      account.looks += 1;
      if (account.looks === AWAITED_LOOKS) for (const id of account.doubtful) giveUpOn(id, account.upstream.id);
      lookIn(account);
    }
  }

  function giveUpOn(verificationId: string, upstream: string): void {
    const word = words.get(verificationId);
    if (!told.has(verificationId)) {
      log.warn({ verificationId, upstream, word }, "a purchase stays uncertain: see numgate uncertain");
    }
    told.add(verificationId);
    waiting.get(verificationId)?.resolve(undefined);
    waiting.delete(verificationId);
  }

  async function look({ upstream, doubtful }: Account): Promise<void> {
    const { orders, word } = await listOrders(upstream);
    // Only now: whatever the list shows of ours is recorded or under way by this.
    const open = (await store.openVerifications({ upstream: upstream.id })).filter((one) => isAt(one, upstream));
    const doubts = open.flatMap((one) => doubtOf(one) ?? []);
    for (const id of [...doubtful])
      if (!doubts.some(({ verification }) => verification.verificationId === id)) drop(id);
    if (doubts.length === 0) return;

    const findings = await match(upstream, orders, doubts, open);
    const weighed = await weighBalance(upstream, doubts, { store, witness });
    for (const doubt of doubts) {
      const finding = findings.get(doubt);
      const { verificationId } = doubt.verification;
      words.set(verificationId, [orders ? tell(finding) : word, tellBalance(weighed, upstream)].join("; "));
      const settled = await conclude(upstream, doubt, finding, weighed).catch((error: unknown) => {
        if (!(error instanceof GatewayError)) throw error;
        log.warn({ verificationId, reason: error.reason }, "what was found of a purchase was refused");
        return undefined;
      });
      if (!settled) continue;
      log.info({ verificationId, upstream: upstream.id, status: settled.status }, "an uncertain purchase is settled");
      done(settled);
    }
  }

  async function listOrders(upstream: Upstream): Promise<{ orders?: readonly RecentOrder[]; word: string }> {
    const recent = upstream.desks.verification?.recent;
    if (!recent) return { word: "the upstream lists no orders" };
    try {
      return { orders: await upstream.run("recent", () => recent(UNINTERRUPTED)), word: "" };
    } catch (error) {
      return { word: `the order list is not to be had: ${error instanceof Error ? error.message : "a bug"}` };
    }
  }

  async function match(
    upstream: Upstream,
    orders: readonly RecentOrder[] | undefined,
    doubts: readonly Doubt[],
    open: readonly Verification[],
  ): Promise<ReadonlyMap<Doubt, Finding>> {
    if (!orders) return new Map();
    const refs = orders.map(({ orderRef }) => orderRef);
    const held = await store.heldOrders(upstream.id, upstream.provider, refs);
    const { lifetimeMs, desks } = upstream;
    return matchOrders({
      orders: orders.filter(({ orderRef }) => !held.has(orderRef)),
      doubts,
      underWay: open.filter(({ status, attempts }) => status === "PENDING" && isUnderWay(attempts.at(-1))),
      covers: (doubt) => isOnList(orders, desks.recentHolds, doubt, { now: clock.now(), lifetimeMs }),
      readLabel,
    });
  }

  /** Records what list and balance tell together; undefined while that is not enough. */
  async function conclude(
    upstream: Upstream,
    doubt: Doubt,
    finding: Finding | undefined,
    weighed: Weighed,
  ): Promise<Verification | undefined> {
    const { attempt } = doubt;
    const sinceMs = clock.now() - (attempt.endTime ?? attempt.startTime).getTime();
    const isOver = clock.now() > attempt.startTime.getTime() + upstream.lifetimeMs + OVER_MS;
    if (finding?.says === "sold") {
      const isRecent = finding.order.createTime !== undefined || upstream.desks.recentHolds?.openOnly;
      if (weighed === "none sold" || !(isRecent || weighed === "all sold")) return undefined;
      const verification = await outcomes.sold(doubt, finding.order, upstream);
      bought(verification);
      return verification;
    }
    if (sinceMs < CARRIED_OUT_WITHIN_MS) return undefined;
    if (weighed === "none sold") return outcomes.notSold(doubt);
    if (weighed === "all sold") {
      // As long as its order may still turn up on the list, its number is not given up.
      const mayTurnUp = upstream.desks.verification?.recent !== undefined && !isOver;
      return mayTurnUp ? undefined : outcomes.lost(doubt, attempt.quotedPrice);
    }
    return finding?.says === "absent" && finding.certain ? outcomes.notSold(doubt) : undefined;
  }

  function done(verification: Verification): void {
    const { verificationId } = verification;
    waiting.get(verificationId)?.resolve(verification);
    drop(verificationId);
  }

  function drop(verificationId: string): void {
    waiting.get(verificationId)?.resolve(undefined);
    waiting.delete(verificationId);
    words.delete(verificationId);
    told.delete(verificationId);
    for (const { doubtful } of accounts.values()) doubtful.delete(verificationId);
  }

  return {
    add(verification) {
      const { verificationId, upstream: id = "" } = verification;
      const upstream = upstreams.get(id);
      const { balance, verification: desk } = upstream?.desks ?? {};
      if (!upstream || upstream.provider !== verification.provider || !(balance || desk?.recent)) {
        words.set(verificationId, upstream ? "the upstream has neither order list nor balance" : "not configured");
        giveUpOn(verificationId, id);
        return;
      }
      const account = accounts.get(id) ?? { upstream, doubtful: new Set(), looks: 0, callOff: () => {} };
      accounts.set(id, account);
      account.doubtful.add(verificationId);
      account.looks = 0;
      if (!waiting.has(verificationId)) waiting.set(verificationId, Promise.withResolvers());
      lookIn(account);
    },

    awaited: (verificationId) => waiting.get(verificationId)?.promise ?? Promise.resolve(undefined),
    settled: done,
    lastWord: (verificationId) => words.get(verificationId),

    async stop() {
      stopped = true;
      for (const { callOff } of accounts.values()) callOff();
      for (const { resolve } of waiting.values()) resolve(undefined);
      waiting.clear();
      await Promise.all(looking);
    },
  };
}

function isAt(verification: Verification, { id, provider }: Upstream): boolean {
  return verification.upstream === id && verification.provider === provider;
}

function isUnderWay(attempt: Doubt["attempt"] | undefined): boolean {
  return attempt !== undefined && attempt.outcome === undefined;
}

function tell(finding: Finding | undefined): string {
  if (finding?.says === "sold") return "the order list shows an order that fits";
  if (finding?.says === "absent") return `the order list does not show it${finding.certain ? "" : ", and may not"}`;
  return "the order list shows orders that may be anybody's";
}

function tellBalance(weighed: Weighed, upstream: Upstream): string {
  if (!upstream.desks.balance) return "the upstream tells no balance";
  return weighed === "nothing" ? "the balance proves nothing" : `by the balance: ${weighed}`;
}

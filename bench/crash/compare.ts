import type { Money } from "../../gen/google/type/money_pb.ts";
import { type Attempt, Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { VerificationStatus as Status, type Verification } from "../../gen/numgate/v1/verification_pb.ts";
import type { OrderEntry } from "../../src/sandbox/books.ts";
import type { Ledger } from "./ledger.ts";
import { REQUEST } from "./load.ts";
import { type Market, micros } from "./market.ts";
import { nameOf } from "./witness.ts";

/** A seller's books beside the gateway's. Amounts are micro-units of USD. */
export interface Comparison {
  readonly sold: number;
  readonly bought: number;
  /** Purchases of which the gateway says that nobody knows; so many of them were sold. */
  readonly uncertain: number;
  readonly uncertainSold: number;
  /** Purchases that the gateway found to be paid, and whose number nobody can learn any more. */
  readonly unlearnt: number;
  /** Purchases that were given back, with a refund that is known. */
  readonly refunded: number;
  /** Request ids under which more than one number was bought. */
  readonly duplicates: number;
  /** Numbers that were sold, and that no verification has or may have. */
  readonly lost: number;
  readonly money: {
    /** What left the accounts, less what came back. */
    readonly spent: bigint;
    /** What the verifications say: prices less refunds. */
    readonly booked: bigint;
    /** What was paid for numbers whose purchase is uncertain. */
    readonly uncertain: bigint;
    /** What came back and the gateway was not told of, by upstreams that do not say. */
    readonly untold: bigint;
  };
  /** What the gateway has not asked its upstreams yet: codes that came, orders that ended. */
  readonly behind: readonly string[];
  /** Everything that must not be. */
  readonly differences: readonly string[];
}

interface Sale {
  readonly seller: string;
  readonly order: OrderEntry;
}

interface Buy {
  readonly verification: Verification;
  readonly attempt: Attempt;
}

/** Holds every order of the sellers against every verification of the callers. */
export function compare(market: Market, verifications: readonly Verification[]): Comparison {
  const differences: string[] = [];
  const behind: string[] = [];
  const sales: Sale[] = [];
  const buys = verifications.flatMap((verification) =>
    verification.attempts.map((attempt): Buy => ({ verification, attempt })),
  );
  const bought = buys.filter(({ attempt }) => attempt.outcome === Outcome.BOUGHT);
  const paid = bought.filter(isUnlearnt);
  const unknown = buys.filter(({ attempt }) => attempt.outcome === Outcome.UNCERTAIN);
  const underWay = buys.filter(({ attempt }) => attempt.outcome === Outcome.UNSPECIFIED);
  let [spent, booked, untold, uncertainMoney] = [0n, 0n, 0n, 0n];

  for (const seller of market.sellers) {
    const books = market.books(seller);
    spent += books.spent;
    sales.push(...books.orders.map((order) => ({ seller: seller.id, order })));
    if (books.limited > 0) differences.push(`${seller.id} was called ${books.limited} times over its limits`);
    if (books.disallowed > 0) differences.push(`${seller.id} had ${books.disallowed} calls that it does not allow`);
  }

  const byNumber = Map.groupBy(sales, ({ seller, order }) => `${seller} ${order.phone}`);
  for (const { verification, attempt } of bought) {
    const { verificationId, phoneNumber, price, refund } = verification;
    booked += microsOf(price) - microsOf(refund);
    if (phoneNumber === "") continue;
    const sale = byNumber.get(`${attempt.upstream} ${phoneNumber}`)?.shift();
    if (!sale) {
      differences.push(`${verificationId} has a number that ${attempt.upstream} never sold, or that another has`);
      continue;
    }
    const { order } = sale;
    if (microsOf(price) !== micros(order.price)) differences.push(`${verificationId} has another price than its order`);
    if (refund && microsOf(refund) !== micros(order.refunded)) {
      differences.push(`${verificationId} has another refund than its order`);
    }
    if (!refund) untold += micros(order.refunded);
    const news = newsOf(verification, order);
    if (news) behind.push(`${verificationId} at ${attempt.upstream}: ${news}`);
    if (verification.code !== undefined && verification.code !== order.code) {
      differences.push(`${verificationId} has another code than its order`);
    }
  }

  const open = new Set([...paid, ...unknown, ...underWay]);
  const unclaimed = [...byNumber.values()].flat().sort((a, b) => a.order.bought.localeCompare(b.order.bought));
  let [lost, uncertainSold] = [0, 0];
  for (const sale of unclaimed) {
    const candidates = [...open].filter((candidate) => mayBe(candidate, sale)).sort(byStart);
    const buy = candidates.find(isUnlearnt) ?? candidates[0];
    if (buy) open.delete(buy);
    if (buy && isUnlearnt(buy)) {
      untold += micros(sale.order.refunded);
    } else if (buy) {
      uncertainSold += 1;
      uncertainMoney += micros(sale.order.price) - micros(sale.order.refunded);
    } else {
      lost += 1;
      differences.push(`${sale.seller} sold ${sale.order.ref} at ${sale.order.bought} and no verification has it`);
    }
  }

  for (const { verification, attempt } of paid.filter((buy) => open.has(buy))) {
    differences.push(`${verification.verificationId} is paid for a number that ${attempt.upstream} never sold`);
  }

  const duplicates = duplicatesOf(verifications);
  differences.push(...duplicates.map((requestId) => `request ${requestId} has bought more than once`));
  for (const { verification } of underWay) behind.push(`${verification.verificationId}: its purchase is under way`);
  for (const { verification } of unknown) {
    if (verification.status === Status.PENDING) continue;
    differences.push(`${verification.verificationId} is ${nameOf(verification.status)} with an uncertain purchase`);
  }
  const money = { spent, booked, uncertain: uncertainMoney, untold };
  if (spent !== booked + uncertainMoney - untold) differences.push("the money is not the same on both sides");
  return {
    sold: sales.length,
    bought: bought.length,
    uncertain: unknown.length,
    uncertainSold,
    unlearnt: paid.length,
    refunded: verifications.filter(({ refund }) => microsOf(refund) > 0n).length,
    duplicates: duplicates.length,
    lost,
    money,
    behind,
    differences,
  };
}

/** Holds the entries of money against what the verifications say. */
export function compareLedger(
  ledger: Ledger,
  verifications: readonly Verification[],
  booked: bigint,
): readonly string[] {
  const reserved = verifications
    .flatMap(({ attempts }) => attempts)
    .filter(({ outcome }) => outcome === Outcome.UNCERTAIN || outcome === Outcome.UNSPECIFIED)
    .reduce((sum, { quotedPrice }) => sum + microsOf(quotedPrice), 0n);
  const { reserve, release, charge, refund, spending, integrity } = ledger;
  return [
    ...(charge - refund === booked ? [] : ["the ledger's charges less its refunds are not what the verifications say"]),
    ...(reserve - release === reserved ? [] : ["the ledger reserves something else than the uncertain purchases"]),
    ...(spending === reserve - release + charge - refund ? [] : ["the budgets are not the sums of the ledger"]),
    ...(integrity === "ok" ? [] : [`the database is damaged: ${integrity}`]),
  ];
}

function isUnlearnt({ verification, attempt }: Buy): boolean {
  return attempt.outcome === Outcome.BOUGHT && verification.phoneNumber === "";
}

/** What has happened at the upstream that the verification does not show yet. */
function newsOf({ status, code }: Verification, order: OrderEntry): string | undefined {
  if (status === Status.WAITING && order.code !== null) return "its code has come";
  if (status === Status.WAITING && order.status === "cancelled") return "it was cancelled";
  if (status === Status.RECEIVED && code === undefined) return "its code was not read";
  return undefined;
}

/** Whether an uncertain attempt can be the one that a sale was made to. */
function mayBe({ attempt }: Buy, { seller, order }: Sale): boolean {
  const soldAt = Date.parse(order.bought);
  const startedAt = startOf(attempt);
  return (
    attempt.upstream === seller &&
    microsOf(attempt.quotedPrice) === micros(order.price) &&
    soldAt >= startedAt - CLOCK_MS &&
    soldAt <= startedAt + LONGEST_CALL_MS
  );
}

/** The books tell whole seconds. */
const CLOCK_MS = 1_000;
/** A call is heard out for 30 s, and may wait for its turn in the sandbox. */
const LONGEST_CALL_MS = 35_000;

function byStart(a: Buy, b: Buy): number {
  return startOf(a.attempt) - startOf(b.attempt);
}

function startOf({ startTime }: Attempt): number {
  return Number(startTime?.seconds ?? 0n) * 1_000 + (startTime?.nanos ?? 0) / 1_000_000;
}

function duplicatesOf(verifications: readonly Verification[]): readonly string[] {
  const isOpen = ({ outcome }: Attempt) => outcome !== Outcome.REFUSED;
  const counts = new Map<string, number>();
  for (const { labels, attempts } of verifications) {
    const requestId = labels[REQUEST] ?? "without a label";
    counts.set(requestId, (counts.get(requestId) ?? 0) + attempts.filter(isOpen).length);
  }
  return [...counts].filter(([, count]) => count > 1).map(([requestId]) => requestId);
}

function microsOf(money: Money | undefined): bigint {
  return (money?.units ?? 0n) * 1_000_000n + BigInt(Math.trunc((money?.nanos ?? 0) / 1_000));
}

import { type Attempt, Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import type { OrderEntry } from "../../src/sandbox/books.ts";
import { extensionsOf, type Holding, microsOf, millisOf, purchaseOf } from "./holdings.ts";
import type { Ledger } from "./ledger.ts";
import { type Market, micros, type Seller } from "./market.ts";
import { GOODS, type Goods } from "./points.ts";
import { compareRental, type RentalFinding } from "./terms.ts";

/** Of one kind of goods. */
export interface Count {
  sold: number;
  bought: number;
  /** Purchases of which the gateway says that nobody knows; so many of them were sold. */
  uncertain: number;
  uncertainSold: number;
  /** Purchases that the gateway found to be paid, and whose number or code nobody can learn any more. */
  unlearnt: number;
}

/** A seller's books beside the gateway's. Amounts are micro-units of USD. */
export interface Comparison {
  readonly counts: Readonly<Record<Goods, Count>>;
  /** Of all goods. */
  readonly uncertain: number;
  /** Purchases that were given back, with a refund that is known. */
  readonly refunded: number;
  /** What was sold, and nobody has nor may have. */
  readonly lost: number;
  /** How many messages of rentals callers can read. */
  readonly messages: number;
  readonly money: {
    /** What left the accounts, less what came back. */
    readonly spent: bigint;
    /** What the callers' holdings say: prices less refunds. */
    readonly booked: bigint;
    /** What was paid where the purchase is uncertain. */
    readonly uncertain: bigint;
    /** What came back and the gateway was not told of, by upstreams that do not say. */
    readonly untold: bigint;
  };
  /** What the gateway has not asked its upstreams yet: codes and messages that came, orders that ended. */
  readonly behind: readonly string[];
  /** The rentals among these, by id. */
  readonly rentalsBehind: readonly string[];
  /** Everything that must not be. */
  readonly differences: readonly string[];
}

interface Sale {
  readonly seller: Seller;
  readonly order: OrderEntry;
}

interface Buy {
  readonly holding: Holding;
  readonly attempt: Attempt;
}

/** Holds every order of the sellers against everything that the callers have. */
export function compare(market: Market, holdings: readonly Holding[]): Comparison {
  const differences: string[] = [];
  const behind: string[] = [];
  const rentalsBehind: string[] = [];
  const sales: Sale[] = [];
  const counts = Object.fromEntries(GOODS.map((goods) => [goods, none()])) as Record<Goods, Count>;
  const buys = holdings.flatMap((holding) => purchaseOf(holding).map((attempt): Buy => ({ holding, attempt })));
  const withOutcome = (outcome: Outcome) => buys.filter(({ attempt }) => attempt.outcome === outcome);
  const bought = withOutcome(Outcome.BOUGHT);
  const paid = bought.filter(isUnlearnt);
  const unknown = withOutcome(Outcome.UNCERTAIN);
  const underWay = withOutcome(Outcome.UNSPECIFIED);
  let [spent, booked, untold, uncertainMoney] = [0n, 0n, 0n, 0n];

  for (const seller of market.sellers) {
    const books = market.books(seller);
    spent += books.spent;
    sales.push(...books.orders.map((order) => ({ seller, order })));
    if (books.limited > 0) differences.push(`${seller.id} was called ${books.limited} times over its limits`);
    if (books.disallowed > 0) differences.push(`${seller.id} had ${books.disallowed} calls that it does not allow`);
  }
  for (const { order } of sales) counts[order.product].sold += 1;
  for (const { holding } of bought) counts[holding.product].bought += 1;
  for (const { holding } of paid) counts[holding.product].unlearnt += 1;
  for (const { holding } of unknown) counts[holding.product].uncertain += 1;

  const byGoods = Map.groupBy(sales, ({ seller, order }) => `${seller.id} ${order.product} ${goodsOf(order)}`);
  for (const { holding, attempt } of bought) {
    const { id, product, goods, price, refund } = holding;
    booked += price - (refund ?? 0n);
    if (goods === "") continue;
    const sale = byGoods.get(`${attempt.upstream} ${product} ${goods}`)?.shift();
    if (!sale) {
      differences.push(`${id} has a number or code that ${attempt.upstream} never sold, or that another has`);
      continue;
    }
    const { order, seller } = sale;
    const rental = product === "rental" ? compareRental(holding, order, seller) : NO_RENTAL;
    if (price + rental.uncertain !== micros(order.price)) differences.push(`${id} has another price than its order`);
    if (refund !== undefined && refund !== micros(order.refunded)) {
      differences.push(`${id} has another refund than its order`);
    }
    if (refund === undefined) untold += micros(order.refunded);
    uncertainMoney += rental.uncertain;
    counts.extension.sold += rental.extended;
    if (rental.uncertain > 0n) counts.extension.uncertainSold += 1;
    differences.push(...rental.differences.map((difference) => `${id} at ${seller.id} ${difference}`));
    const news = product === "rental" ? rental.behind : newsOf(holding, order);
    if (news) behind.push(`${id} at ${seller.id}: ${news}`);
    if (news && product === "rental") rentalsBehind.push(id);
    if (product === "verification" && holding.code !== undefined && holding.code !== order.code) {
      differences.push(`${id} has another code than its order`);
    }
  }

  const open = new Set([...paid, ...unknown, ...underWay]);
  const unclaimed = [...byGoods.values()].flat().sort((a, b) => a.order.bought.localeCompare(b.order.bought));
  let lost = 0;
  for (const sale of unclaimed) {
    const candidates = [...open].filter((candidate) => mayBe(candidate, sale)).sort(byStart);
    const buy = candidates.find(isUnlearnt) ?? candidates[0];
    if (buy) open.delete(buy);
    if (buy && isUnlearnt(buy)) {
      untold += micros(sale.order.refunded);
    } else if (buy) {
      counts[sale.order.product].uncertainSold += 1;
      uncertainMoney += micros(sale.order.price) - micros(sale.order.refunded);
    } else {
      lost += 1;
      const { product, ref, bought: time } = sale.order;
      differences.push(`${sale.seller.id} sold the ${product} ${ref} at ${time} and nobody has it`);
    }
  }

  for (const { holding, attempt } of paid.filter((buy) => open.has(buy))) {
    differences.push(`${holding.id} is paid for what ${attempt.upstream} never sold`);
  }

  for (const { holding } of underWay) behind.push(`${holding.id}: its purchase is under way`);
  for (const { holding } of unknown) {
    if (holding.status === "PENDING") continue;
    differences.push(`${holding.id} is ${holding.status} with an uncertain purchase`);
  }
  for (const holding of holdings) {
    for (const { outcome } of extensionsOf(holding)) {
      if (outcome === Outcome.BOUGHT) counts.extension.bought += 1;
      if (outcome === Outcome.UNCERTAIN) counts.extension.uncertain += 1;
      if (outcome === Outcome.UNSPECIFIED) behind.push(`${holding.id}: its extension is under way`);
    }
  }
  const money = { spent, booked, uncertain: uncertainMoney, untold };
  if (spent !== booked + uncertainMoney - untold) differences.push("the money is not the same on both sides");
  return {
    counts,
    uncertain: GOODS.reduce((sum, goods) => sum + counts[goods].uncertain, 0),
    refunded: holdings.filter(({ refund }) => (refund ?? 0n) > 0n).length,
    lost,
    messages: holdings.reduce((sum, { product, messages }) => sum + (product === "rental" ? messages.length : 0), 0),
    money,
    behind,
    rentalsBehind,
    differences,
  };
}

/** Holds the entries of money, and what was bought for each request, against what callers have and asked for. */
export function compareLedger(ledger: Ledger, holdings: readonly Holding[], booked: bigint): readonly string[] {
  const reserved = holdings
    .flatMap(({ attempts }) => attempts)
    .filter(({ outcome }) => outcome === Outcome.UNCERTAIN || outcome === Outcome.UNSPECIFIED)
    .reduce((sum, { quotedPrice }) => sum + microsOf(quotedPrice), 0n);
  const { reserve, release, charge, refund, spending, integrity, duplicates } = ledger;
  return [
    ...duplicates.map((requestId) => `request ${requestId} has bought more than once`),
    ...(charge - refund === booked ? [] : ["the ledger's charges less its refunds are not what the callers have"]),
    ...(reserve - release === reserved ? [] : ["the ledger reserves something else than the uncertain purchases"]),
    ...(spending === reserve - release + charge - refund ? [] : ["the budgets are not the sums of the ledger"]),
    ...(integrity === "ok" ? [] : [`the database is damaged: ${integrity}`]),
  ];
}

const NO_RENTAL: RentalFinding = { uncertain: 0n, extended: 0, behind: undefined, differences: [] };

function none(): Count {
  return { sold: 0, bought: 0, uncertain: 0, uncertainSold: 0, unlearnt: 0 };
}

/** What the gateway shows its caller of an order: an eSIM's activation code, or the number. */
function goodsOf({ product, ref, phone }: OrderEntry): string {
  return product === "esim" ? `SIM-${ref.slice(-10)}` : phone;
}

function isUnlearnt({ holding, attempt }: Buy): boolean {
  return attempt.outcome === Outcome.BOUGHT && holding.goods === "";
}

/** What has happened at the upstream that the verification does not show yet. */
function newsOf({ status, code }: Holding, order: OrderEntry): string | undefined {
  if (status === "WAITING" && order.code !== null) return "its code has come";
  if (status === "WAITING" && order.status === "cancelled") return "it was cancelled";
  if (status === "RECEIVED" && code === undefined) return "its code was not read";
  return undefined;
}

/** Whether an uncertain attempt can be the one that a sale was made to. */
function mayBe({ holding, attempt }: Buy, { seller, order }: Sale): boolean {
  const soldAt = Date.parse(order.bought);
  const startedAt = millisOf(attempt.startTime);
  return (
    holding.product === order.product &&
    attempt.upstream === seller.id &&
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
  return millisOf(a.attempt.startTime) - millisOf(b.attempt.startTime);
}

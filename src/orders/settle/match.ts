import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import type { RecentHolds, RecentOrder } from "../../core/desks.ts";
import { sameMoney } from "../../core/money.ts";
import type { PendingPurchase } from "../../core/records.ts";
import type { Attempt } from "../../core/verification.ts";

/** What the upstream's clock and the gateway's may differ by. */
const CLOCKS_DIFFER_MS = 120_000;

/** What an upstream's name for a service says. */
export type ReadLabel = (name: string) => { readonly services: readonly string[]; readonly country?: string };

/** A purchase of which nobody knows whether it was made. */
export interface Doubt {
  readonly purchase: PendingPurchase;
  readonly attempt: Attempt;
}

/** The doubt about a purchase's last attempt; undefined when there is none. */
export function doubtOf(purchase: PendingPurchase): Doubt | undefined {
  const attempt = purchase.attempts.at(-1);
  return attempt?.outcome === "UNCERTAIN" ? { purchase, attempt } : undefined;
}

/** What an order list says about a doubt. */
export type Finding =
  | { readonly says: "sold"; readonly order: RecentOrder }
  /** Several orders, or several purchases, and no telling which is whose. */
  | { readonly says: "ambiguous" }
  /** Nothing that could be it; `certain` when it would have been there. */
  | { readonly says: "absent"; readonly certain: boolean };

export interface Evidence {
  /** Without those that are a purchase's already. */
  readonly orders: readonly RecentOrder[];
  readonly doubts: readonly Doubt[];
  /** Purchases whose answer is still awaited: an order may be theirs. */
  readonly underWay: readonly PendingPurchase[];
  /** Whether an order that was sold for this doubt would be on the list as it was given. */
  covers(doubt: Doubt): boolean;
  readonly readLabel: ReadLabel;
}

/**
 * Whose the orders of a list are. One order and one purchase that fit each other alone belong together; so do as many
 * orders as purchases of one offer, in the order of time: who asked for the same may be given the same.
 */
export function matchOrders(evidence: Evidence): ReadonlyMap<Doubt, Finding> {
  const { doubts, underWay, readLabel } = evidence;
  // Nothing is left of them that anybody could be given.
  const orders = evidence.orders.filter(({ standing }) => standing !== "returned");
  const findings = new Map<Doubt, Finding>();
  for (const doubt of doubts) {
    if (orders.some((order) => mayBe(order, doubt, readLabel))) findings.set(doubt, { says: "ambiguous" });
    else findings.set(doubt, { says: "absent", certain: evidence.covers(doubt) });
  }
  for (const [offerId, alike] of Map.groupBy(doubts, ({ attempt }) => attempt.offerId)) {
    const theirs = orders.filter((order) => alike.some((doubt) => mayBe(order, doubt, readLabel)));
    const contested = theirs.some((order) =>
      doubts.some((doubt) => doubt.attempt.offerId !== offerId && mayBe(order, doubt, readLabel)),
    );
    // Its answer will tell: until then one more order may be on the list than is in doubt.
    const awaited = underWay.some((other) => theirs.some((order) => mayBeFor(order, other, readLabel)));
    if (contested || awaited) continue;
    for (const [doubt, finding] of pair(alike, theirs, evidence)) findings.set(doubt, finding);
  }
  return findings;
}

function pair(
  doubts: readonly Doubt[],
  orders: readonly RecentOrder[],
  { covers, readLabel }: Evidence,
): readonly (readonly [Doubt, Finding])[] {
  if (orders.length === 0 || orders.length > doubts.length) return [];
  const left = doubts.toSorted((a, b) => a.attempt.startTime.getTime() - b.attempt.startTime.getTime());
  const paired: [Doubt, Finding][] = [];
  for (const order of orders.toSorted(byTime)) {
    const at = left.findIndex((doubt) => isFor(order, doubt, readLabel));
    const [doubt] = at < 0 ? [] : left.splice(at, 1);
    if (!doubt) return [];
    paired.push([doubt, { says: "sold", order }]);
  }
  return [...paired, ...left.map((doubt): [Doubt, Finding] => [doubt, { says: "absent", certain: covers(doubt) }])];
}

/** Whether a list as it was given must hold what was sold at the attempt. */
export function isOnList(
  orders: readonly RecentOrder[],
  holds: RecentHolds | undefined,
  { attempt }: Doubt,
  { now, lifetimeMs }: { readonly now: number; readonly lifetimeMs: number },
): boolean {
  if (!holds) return false;
  const since = attempt.startTime.getTime() - CLOCKS_DIFFER_MS;
  if (holds.openOnly && now > since + lifetimeMs) return false;
  if (orders.length < holds.newest) return true;
  return orders.some(({ createTime }) => createTime && createTime.getTime() < since);
}

function isFor(order: RecentOrder, doubt: Doubt, readLabel: ReadLabel): boolean {
  const { attempt } = doubt;
  const end = (attempt.endTime ?? attempt.startTime).getTime() + CLOCKS_DIFFER_MS;
  return (
    mayBe(order, doubt, readLabel) &&
    order.numberAsSold !== "" &&
    order.standing !== "unclear" &&
    (order.price === undefined || sameMoney(order.price, attempt.quotedPrice)) &&
    (order.createTime === undefined || order.createTime.getTime() <= end) &&
    (order.offerRef !== undefined || isNamed(order, doubt, readLabel))
  );
}

/** A list that names no services leaves it to what else is known. */
function isNamed({ serviceName }: RecentOrder, { purchase }: Doubt, readLabel: ReadLabel): boolean {
  return serviceName === "" || readLabel(serviceName).services.includes(purchase.service);
}

/** Whether nothing that the list says speaks against it. The price may: it may have changed. */
function mayBe(order: RecentOrder, { purchase, attempt }: Doubt, readLabel: ReadLabel): boolean {
  const created = order.createTime?.getTime() ?? Number.POSITIVE_INFINITY;
  return created >= attempt.startTime.getTime() - CLOCKS_DIFFER_MS && mayBeFor(order, purchase, readLabel);
}

function mayBeFor(
  { offerRef, serviceName, numberAsSold }: RecentOrder,
  purchase: PendingPurchase,
  readLabel: ReadLabel,
): boolean {
  if (offerRef !== undefined) return offerRef.toLowerCase() === purchase.offerRef?.toLowerCase();
  const { services, country = purchase.country } = readLabel(serviceName);
  const named = services.length === 0 || services.includes(purchase.service);
  return named && country === purchase.country && mayBeIn(purchase.country, numberAsSold);
}

/** False for a number whose calling code is another country's. */
function mayBeIn(country: string, numberAsSold: string): boolean {
  if (!numberAsSold.trim().startsWith("+") || !isSupportedCountry(country)) return true;
  const code = parsePhoneNumberFromString(numberAsSold)?.countryCallingCode;
  return code === undefined || code === getCountryCallingCode(country);
}

function byTime(a: RecentOrder, b: RecentOrder): number {
  return (a.createTime?.getTime() ?? 0) - (b.createTime?.getTime() ?? 0);
}

import { UNINTERRUPTED } from "../../core/clock.ts";
import type { RecentOrder, RecentRental } from "../../core/desks.ts";
import type { PendingPurchase } from "../../core/records.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { Doubt, Finding } from "./match.ts";

/** What an upstream's own lists say, as far as they were asked for and could be had. */
export interface Lists {
  readonly recent?: readonly RecentOrder[];
  readonly rentals?: readonly RecentRental[];
  /** Why nothing is known from a list. */
  readonly word: string;
}

/**
 * The list that shows a purchase of that product, if the upstream has one: of rentals its own, or that of all orders. An
 * eSIM is on none: it has no number to be told by, and its code is on no list.
 */
export function listOf({ desks }: Upstream, product: PendingPurchase["product"]): "recent" | "rentals" | undefined {
  if ((product === "RENTAL" || product === "EXTENSION") && desks.rental?.rentals) return "rentals";
  return (product === "VERIFICATION" || product === "RENTAL") && desks.verification?.recent ? "recent" : undefined;
}

/** Asks for the lists that show these purchases. */
export async function listsFor(upstream: Upstream, doubts: readonly Doubt[]): Promise<Lists> {
  const wanted = new Set(doubts.map(({ purchase }) => listOf(upstream, purchase.product)));
  const { rental, verification } = upstream.desks;
  const [ofRentals, ofOrders] = [rental?.rentals, verification?.recent];
  try {
    return {
      ...(wanted.has("rentals") &&
        ofRentals && { rentals: await upstream.run("rentals", () => ofRentals(UNINTERRUPTED)) }),
      ...(wanted.has("recent") && ofOrders && { recent: await upstream.run("recent", () => ofOrders(UNINTERRUPTED)) }),
      word: "the upstream lists no orders",
    };
  } catch (error) {
    return { word: `the order list is not to be had: ${error instanceof Error ? error.message : "a bug"}` };
  }
}

/** Whether a rental was extended, by when it ends now. Undefined when the list does not say. */
export function extensionFinding(
  { purchase }: Doubt,
  rentals: readonly RecentRental[] | undefined,
): Finding | undefined {
  const { orderRef, fromTime, days } = purchase.extends ?? {};
  const rental = rentals?.find((listed) => listed.orderRef === orderRef);
  if (!rental?.expireTime || !fromTime || days === undefined) return undefined;
  const addedMs = rental.expireTime.getTime() - fromTime.getTime();
  // What clocks and rounding differ by is far from half of what is added.
  if (addedMs >= (days * 24 * 60 * 60_000) / 2) return { says: "sold", order: { ...rental, offerRef: undefined } };
  return { says: "absent", certain: true };
}

import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import type { OrderEntry } from "../../src/sandbox/books.ts";
import { RENT_DAYS } from "./daemon.ts";
import { extensionsOf, type Holding, microsOf } from "./holdings.ts";
import type { Seller } from "./market.ts";
import { ENDS_DIFFER_MS } from "./witness.ts";

const DAY_MS = 24 * 60 * 60_000;

/** A rental beside its order: price and refund are compared elsewhere. */
export interface RentalFinding {
  /** What was paid for an extension of which the gateway says that nobody knows. */
  readonly uncertain: bigint;
  /** How often the upstream has extended it. */
  readonly extended: number;
  /** What has happened at the upstream that the rental does not show yet. */
  readonly behind: string | undefined;
  readonly differences: readonly string[];
}

export function compareRental(holding: Holding, order: OrderEntry, { provider }: Seller): RentalFinding {
  const { status, totalDays, expireMs, messages } = holding;
  const orderDays = Math.round((Date.parse(order.expires) - Date.parse(order.bought)) / DAY_MS);
  const doubt = extensionsOf(holding).find(({ outcome }) => !DECIDED.includes(outcome));
  const isExtended = doubt !== undefined && orderDays === totalDays + RENT_DAYS;
  const days = totalDays + (isExtended ? RENT_DAYS : 0);
  const endsAt = expireMs + (isExtended ? RENT_DAYS * DAY_MS : 0);
  // It shows its newest message only, and tells nothing of the ones before it.
  const showsNewest = provider === "smsverificationservice";
  const newest = messages[0]?.code;
  const lacksMessages = showsNewest
    ? order.messages > 0 && newest !== (order.code ?? undefined)
    : messages.length < order.messages;
  return {
    uncertain: isExtended ? microsOf(doubt.quotedPrice) : 0n,
    extended: orderDays / RENT_DAYS - 1,
    behind:
      status === "ACTIVE" && order.status === "cancelled"
        ? "it was cancelled"
        : status === "ACTIVE" && lacksMessages
          ? "a message has come"
          : undefined,
    differences: [
      ...(days === orderDays ? [] : [`has ${days} days and its order ${orderDays}`]),
      ...(status !== "ACTIVE" || Math.abs(endsAt - Date.parse(order.expires)) < ENDS_DIFFER_MS
        ? []
        : ["ends at another time than its order"]),
      ...(messages.length <= order.messages ? [] : ["has more messages than its order"]),
      ...(status === "CANCELLED" && order.status !== "cancelled" ? ["is CANCELLED and its order is not"] : []),
    ],
  };
}

const DECIDED: readonly Outcome[] = [Outcome.BOUGHT, Outcome.REFUSED];

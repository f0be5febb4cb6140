import type { OrderEntry, UpstreamBooks } from "./books.ts";
import type { FaultKind } from "./faults.ts";
import type { CodeDelay } from "./messages.ts";
import type { Product } from "./offer.ts";
import type { UpstreamId } from "./upstreams.ts";

/** Scripts the sandbox. The HTTP control API under `/sandbox/` is the same, word for word. */
export interface SandboxControl {
  books(): Readonly<Record<UpstreamId, UpstreamBooks>>;
  /** A message arrives now, also for an order whose code has come already. */
  deliver(delivery: Delivery): OrderEntry;
  /** Tells how many offers it was set for. */
  setStock(change: StockChange): number;
  setBalance(change: { readonly upstream: UpstreamId; readonly balance: string }): void;
  /** For the orders bought from now on. */
  setCodeDelay(delay: CodeDelay): void;
  failNext(order: FaultOrder): void;
  /** Calls of an endpoint meet faults by chance from now on; a rate of 0 ends it. */
  failOften(order: MischanceOrder): void;
  /** Where the upstream posts its messages from now on. */
  setCallback(callback: CallbackOrder): void;
  /** As if just started, except that numbers of orders go on. */
  reset(): void;
}

/** Exactly one of `orderId` and `phone`. */
export interface Delivery {
  /** Absent is whichever upstream knows the order or the number. */
  readonly upstream?: UpstreamId | undefined;
  readonly orderId?: string | undefined;
  /** With or without spaces; its newest order. */
  readonly phone?: string | undefined;
  /** Absent is the usual sentence around the code. */
  readonly text?: string | undefined;
  /** Absent is the first 4 to 8 digits of the text, and without a text a new one. */
  readonly code?: string | undefined;
  /** Shown where the upstream names senders. */
  readonly sender?: string | undefined;
}

export interface StockChange {
  readonly upstream: UpstreamId;
  /** The service's name, in any case. */
  readonly service: string;
  /** Absent is all that goes by the name. */
  readonly product?: Product | undefined;
  /** ISO 3166-1 alpha-2; absent is every country. */
  readonly country?: string | undefined;
  /** Undefined is without end. */
  readonly count: number | undefined;
}

export interface FaultOrder {
  readonly upstream: UpstreamId;
  /** As the books name it, or `*` for any. */
  readonly endpoint: string;
  readonly kind: FaultKind;
  /** How many calls meet it; 1 by default. */
  readonly times?: number | undefined;
  /** For `status_429`; 5 by default. */
  readonly retryAfterSeconds?: number | undefined;
}

export interface MischanceOrder {
  readonly upstream: UpstreamId;
  /** As the books name it, or `*` for any that has no rate of its own. */
  readonly endpoint: string;
  /** The share of calls that meet one, 0 to 1. */
  readonly rate: number;
  /** Each as likely as the others; any by default. */
  readonly kinds?: readonly FaultKind[] | undefined;
  /** For `status_429`; 5 by default. */
  readonly retryAfterSeconds?: number | undefined;
}

export interface CallbackOrder {
  /** One whose document has callbacks. */
  readonly upstream: UpstreamId;
  /** On a loopback address, over http. Undefined is off, as at the start. */
  readonly url: string | undefined;
}

/** A command that cannot be followed. */
export class ControlError extends Error {
  override readonly name = "ControlError";
  readonly status: 400 | 404 | 409;

  constructor(status: 400 | 404 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

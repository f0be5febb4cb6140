/**
 * Every reason for which a call can fail as expected. The list is closed: clients branch on it. The status code that
 * each becomes on the wire is in rpc/error.ts.
 */
export type Reason =
  | "INVALID_REQUEST"
  | "REQUEST_ID_REUSED"
  | "UNKNOWN_COUNTRY"
  | "UNKNOWN_SERVICE"
  | "NOT_FOUND"
  | "NO_OFFERS"
  | "NO_NUMBERS"
  | "PRICE_ABOVE_MAX"
  | "BUDGET_EXCEEDED"
  | "TOO_MANY_OPEN"
  | "UPSTREAMS_UNAVAILABLE"
  | "UPSTREAM_FUNDS"
  | "UPSTREAM_CREDENTIALS"
  | "CANCEL_TOO_EARLY"
  | "ALREADY_RECEIVED"
  | "ALREADY_ENDED"
  | "NOT_SUPPORTED"
  | "PURCHASE_UNCERTAIN"
  | "UNAUTHENTICATED"
  | "PERMISSION_DENIED";

export interface ErrorDetails {
  /** Every value that the message names, so that a client never has to parse the message. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** When trying again may help, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** The request's fields at fault, named as in the API. */
  readonly violations?: readonly { readonly field: string; readonly description: string }[];
}

/** An expected failure. Anything else that is thrown is a bug. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly reason: Reason;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;
  readonly violations: readonly { readonly field: string; readonly description: string }[];

  /** The message is shown to callers: no key, token, phone number or message text belongs in it. */
  constructor(reason: Reason, message: string, details: ErrorDetails = {}) {
    super(message);
    this.reason = reason;
    this.metadata = details.metadata ?? {};
    this.retryAfterMs = details.retryAfterMs;
    this.violations = details.violations ?? [];
  }
}

/**
 * A call to an upstream that brought no answer that can be believed: a timeout, a reset, a 5xx, an unreadable body, a
 * word nobody knows. Unless `sent` is false it may have had its effect, so a purchase that ends like this is uncertain.
 */
export class UpstreamFault extends Error {
  override readonly name = "UpstreamFault";
  /** False only when it is certain that the upstream never saw the request. */
  readonly sent: boolean;

  /** The message goes to logs and to `last_error`: it never quotes the upstream. */
  constructor(message: string, sent = true, options?: ErrorOptions) {
    super(message, options);
    this.sent = sent;
  }
}

import { GatewayError } from "../core/error.ts";
import { type Attempt, isTerminal, type VerificationStatus } from "../core/verification.ts";

export function notFound(verificationId: string): GatewayError {
  return new GatewayError("NOT_FOUND", `there is no verification ${verificationId}`, {
    metadata: { verification_id: verificationId },
  });
}

export function requestIdReused(requestId: string): GatewayError {
  const description = "was used before, for another request";
  return new GatewayError("REQUEST_ID_REUSED", `request_id ${requestId} ${description}`, {
    metadata: { request_id: requestId },
    violations: [{ field: "request_id", description }],
  });
}

export function tooManyOpen(open: bigint, maxOpen: number): GatewayError {
  return new GatewayError("TOO_MANY_OPEN", `${open} verifications have not ended, and ${maxOpen} may be open`, {
    metadata: { open: String(open), max_open: String(maxOpen) },
  });
}

export function withoutCode(ended: bigint, maxWithoutCode: number, retryAfterMs: number): GatewayError {
  const message = `the last ${ended} numbers bought got no message: one more may be tried in ${Math.ceil(retryAfterMs / 60_000)} min`;
  return new GatewayError("BUDGET_EXCEEDED", message, {
    metadata: { guard: "without_code", ended: String(ended), max_without_code: String(maxWithoutCode) },
    retryAfterMs,
  });
}

/** One number cannot be two verifications': whose code would it be? */
export function orderTaken(verificationId: string, upstream: string): GatewayError {
  return new GatewayError("PURCHASE_UNCERTAIN", `${upstream} sold an order that is already another verification's`, {
    metadata: { verification_id: verificationId, upstream },
  });
}

/** Why nothing changes a verification that is in this status. */
export function whyUnchanged(verificationId: string, status: VerificationStatus): Error {
  const metadata = { verification_id: verificationId, status };
  if (status === "RECEIVED") {
    return new GatewayError("ALREADY_RECEIVED", `verification ${verificationId} has its code`, { metadata });
  }
  if (!isTerminal(status)) return new Error(`verification ${verificationId} is ${status}, which forbids this change`);
  return new GatewayError("ALREADY_ENDED", `verification ${verificationId} has ended: it is ${status}`, { metadata });
}

/** Without a code there is nothing to complete. */
export function stillWaits(verificationId: string): GatewayError {
  return new GatewayError("NOT_SUPPORTED", `verification ${verificationId} waits for its code`, {
    metadata: { verification_id: verificationId, status: "WAITING" },
  });
}

/** An attempt that may have bought is neither followed by another, nor called nothing. */
export function requireRefused(verificationId: string, attempts: readonly Attempt[]): void {
  if (attempts.every((attempt) => attempt.outcome === "REFUSED")) return;
  throw new Error(`an attempt of verification ${verificationId} may have bought, and is not settled`);
}

/** Only the last attempt can be open: all before it were refused. */
export function requireOpen(
  verificationId: string,
  attempts: readonly Attempt[],
  states: readonly Attempt["outcome"][] = [undefined, "UNCERTAIN"],
): void {
  const last = attempts.at(-1);
  if (last && states.includes(last.outcome)) return;
  throw new Error(`no attempt of verification ${verificationId} waits for this outcome`);
}

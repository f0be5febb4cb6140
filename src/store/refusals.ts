import { GatewayError } from "../core/error.ts";
import type { Attempt } from "../core/verification.ts";
import type { Kind } from "./kinds.ts";

export function notFound({ noun, idField }: Kind, id: string): GatewayError {
  return new GatewayError("NOT_FOUND", `there is no ${noun} ${id}`, { metadata: { [idField]: id } });
}

export function requestIdReused(requestId: string): GatewayError {
  const description = "was used before, for another request";
  return new GatewayError("REQUEST_ID_REUSED", `request_id ${requestId} ${description}`, {
    metadata: { request_id: requestId },
    violations: [{ field: "request_id", description }],
  });
}

export function tooManyOpen(open: bigint, maxOpen: number): GatewayError {
  return new GatewayError("TOO_MANY_OPEN", `${open} orders have not ended, and ${maxOpen} may be open`, {
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

/** One number cannot be two orders': whose messages would it get? */
export function orderTaken({ idField }: Kind, id: string, upstream: string): GatewayError {
  return new GatewayError("PURCHASE_UNCERTAIN", `${upstream} sold an order that is already another one's`, {
    metadata: { [idField]: id, upstream },
  });
}

/** Why nothing changes an order that is in this status. */
export function whyUnchanged({ noun, idField, transitions }: Kind, id: string, status: string): Error {
  const metadata = { [idField]: id, status };
  if (status === "RECEIVED") return new GatewayError("ALREADY_RECEIVED", `${noun} ${id} has its code`, { metadata });
  if (transitions[status]?.length !== 0) return new Error(`${noun} ${id} is ${status}, which forbids this change`);
  return new GatewayError("ALREADY_ENDED", `${noun} ${id} has ended: it is ${status}`, { metadata });
}

/** Without a code there is nothing to complete. */
export function stillWaits(verificationId: string): GatewayError {
  return new GatewayError("NOT_SUPPORTED", `verification ${verificationId} waits for its code`, {
    metadata: { verification_id: verificationId, status: "WAITING" },
  });
}

/** An attempt that may have bought is neither followed by another, nor called nothing. */
export function requireRefused({ noun }: Kind, id: string, attempts: readonly Attempt[]): void {
  if (attempts.every((attempt) => attempt.outcome === "REFUSED")) return;
  throw new Error(`an attempt of ${noun} ${id} may have bought, and is not settled`);
}

/** Only the last attempt can be open: all before it were refused. */
export function requireOpen(
  { noun }: Kind,
  id: string,
  attempts: readonly Attempt[],
  states: readonly Attempt["outcome"][] = [undefined, "UNCERTAIN"],
): void {
  const last = attempts.at(-1);
  if (last && states.includes(last.outcome)) return;
  throw new Error(`no attempt of ${noun} ${id} waits for this outcome`);
}

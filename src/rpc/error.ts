import { pathToString } from "@bufbuild/protobuf/reflect";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { CompilationError, RuntimeError, ValidationError } from "@bufbuild/protovalidate";
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { GatewayError, type Reason } from "../core/error.ts";

const DOMAIN = "numgate";

const CODES: Readonly<Record<Reason, Code>> = {
  INVALID_REQUEST: Code.InvalidArgument,
  REQUEST_ID_REUSED: Code.InvalidArgument,
  UNKNOWN_COUNTRY: Code.InvalidArgument,
  UNKNOWN_SERVICE: Code.InvalidArgument,
  NOT_FOUND: Code.NotFound,
  NO_OFFERS: Code.FailedPrecondition,
  NO_NUMBERS: Code.Unavailable,
  PRICE_ABOVE_MAX: Code.FailedPrecondition,
  BUDGET_EXCEEDED: Code.ResourceExhausted,
  TOO_MANY_OPEN: Code.ResourceExhausted,
  UPSTREAMS_UNAVAILABLE: Code.Unavailable,
  UPSTREAM_FUNDS: Code.FailedPrecondition,
  UPSTREAM_CREDENTIALS: Code.FailedPrecondition,
  CANCEL_TOO_EARLY: Code.FailedPrecondition,
  ALREADY_RECEIVED: Code.FailedPrecondition,
  ALREADY_ENDED: Code.FailedPrecondition,
  NOT_SUPPORTED: Code.FailedPrecondition,
  PURCHASE_UNCERTAIN: Code.Aborted,
  UNAUTHENTICATED: Code.Unauthenticated,
  PERMISSION_DENIED: Code.PermissionDenied,
};

/** The API promises a RetryInfo with these, whether or not anybody knows when to try again. */
const DEFAULT_RETRY_MS: Partial<Record<Reason, number>> = { NO_NUMBERS: 10_000, UPSTREAMS_UNAVAILABLE: 10_000 };

export function toConnectError(error: GatewayError): ConnectError {
  const { reason, metadata, violations } = error;
  const retryAfterMs = error.retryAfterMs ?? DEFAULT_RETRY_MS[reason];
  const wire = new ConnectError(error.message, CODES[reason], undefined, undefined, error);
  wire.details.push({ desc: ErrorInfoSchema, value: { reason, domain: DOMAIN, metadata } });
  if (retryAfterMs !== undefined) {
    wire.details.push({ desc: RetryInfoSchema, value: { retryDelay: durationFromMs(retryAfterMs) } });
  }
  if (violations.length > 0) {
    wire.details.push({ desc: BadRequestSchema, value: { fieldViolations: [...violations] } });
  }
  return wire;
}

/** What anything that was thrown becomes on the wire. A bug tells the caller nothing, and keeps its cause for the log. */
export function errorToWire(error: unknown, signal: AbortSignal): ConnectError {
  if (error instanceof GatewayError) return toConnectError(error);
  if (error instanceof ConnectError) return fromValidation(error);
  // Called off together with the call, because of its deadline or because the client has gone.
  const calledOff = error === signal.reason || (error instanceof Error && error.name === "AbortError");
  if (signal.aborted && calledOff) return ConnectError.from(signal.reason);
  return internalError(error);
}

/** A request that breaks a rule of its proto is INVALID_REQUEST; a rule that cannot be evaluated is our bug, not theirs. */
function fromValidation(error: ConnectError): ConnectError {
  const { cause } = error;
  if (cause instanceof CompilationError || cause instanceof RuntimeError) return internalError(cause);
  if (!(cause instanceof ValidationError)) return error;

  const violations = cause.violations.map(({ field, message }) => ({
    field: pathToString(field),
    description: message,
  }));
  const [first] = violations;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : "";
  const text = first ? `${first.field} ${first.description}`.trim() : "the request is not valid";
  const wire = toConnectError(new GatewayError("INVALID_REQUEST", text + more, { violations }));
  wire.details.push(...error.details);
  return wire;
}

function internalError(cause: unknown): ConnectError {
  return new ConnectError("internal error", Code.Internal, undefined, undefined, cause);
}

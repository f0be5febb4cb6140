import type { VerificationRequest } from "../core/verification.ts";
import { canonicalJson } from "./canonical-json.ts";

export function fromRequest(request: object): string {
  return canonicalJson(request);
}

/** What texts say that were read of late: each is read at every step of its order, and many are alike. */
const known = new Map<string, object>();
const MOST_KNOWN = 1_000;

/** Equal texts give the same object. */
export function toRequest<R extends object = VerificationRequest>(text: string): R {
  const request = known.get(text);
  if (request) return request as R;
  if (known.size === MOST_KNOWN) known.clear();
  const read = parse(text);
  known.set(text, read);
  return read as R;
}

function parse(text: string): object {
  const request = JSON.parse(text);
  if (!request.maxPrice) return request;
  return { ...request, maxPrice: { ...request.maxPrice, micros: BigInt(request.maxPrice.micros) } };
}

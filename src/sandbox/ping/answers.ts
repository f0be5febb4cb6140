import type { z } from "zod";
import type { Answer, Misuse } from "../wire.ts";

export function success(body: Readonly<Record<string, unknown>>, status = 200): Answer {
  return { status, body: { result: "success", ...body } };
}

export function failed(status: number, message: string, code: string, misuse?: Misuse): Answer {
  const answer = { status, body: { result: "failed", message, code } };
  return misuse ? { ...answer, misuse } : answer;
}

export function invalidBody({ issues }: z.ZodError): Answer {
  const field = String(issues[0]?.path[0] ?? "serviceId");
  return failed(400, `Missing or invalid field: ${field}`, "INVALID_REQUEST", "invalid_body");
}

export const serviceNotFound = failed(404, "Service not found", "SERVICE_NOT_FOUND");

/** Why a purchase was not made. */
export const refused = {
  funds: failed(402, "Insufficient balance", "INSUFFICIENT_BALANCE"),
  stock: failed(409, "No numbers available for this service", "NO_NUMBERS_AVAILABLE"),
};

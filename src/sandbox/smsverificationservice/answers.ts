import type { z } from "zod";
import { type Answer, type Call, jsonBody, type Misuse } from "../wire.ts";

/** Some of the document's answers are wrapped in `success`, some are bare; each endpoint has its own way. */
export function wrapped(data: unknown, status = 200): Answer {
  return { status, body: { success: true, data } };
}

export function bare(body: unknown, status = 200): Answer {
  return { status, body };
}

export function wrappedError(status: number, error: string, misuse?: Misuse): Answer {
  return { status, body: { success: false, error }, ...(misuse && { misuse }) };
}

export function bareError(status: number, error: string, misuse?: Misuse): Answer {
  return { status, body: { error }, ...(misuse && { misuse }) };
}

/** Why a purchase was not made. */
export function refusal(reason: "funds" | "stock", refuse: typeof wrappedError): Answer {
  return reason === "funds" ? refuse(402, "Insufficient balance") : refuse(400, "Service not available");
}

/** Answers a body of the shape, and refuses any other. */
export function withBody<T>(
  call: Call,
  schema: z.ZodType<T>,
  answer: (body: T) => Answer,
  refuse: typeof wrappedError = wrappedError,
): Answer {
  const body = schema.safeParse(jsonBody(call));
  if (body.success) return answer(body.data);
  const field = body.error.issues[0]?.path[0] ?? "The body";
  return refuse(400, `${String(field)} is missing or invalid`, "invalid_body");
}

/** The two ways in which the document refuses a key. */
export const wrappedUnauthorized = wrappedError(401, "Invalid or missing API key");
export const bareUnauthorized = bareError(401, "Invalid API key");

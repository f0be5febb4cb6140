import type { Answer, Misuse } from "../wire.ts";

export function success(body: Readonly<Record<string, unknown>>, status = 200): Answer {
  return { status, body: { result: "success", ...body } };
}

export function failed(status: number, message: string, code: string, misuse?: Misuse): Answer {
  const answer = { status, body: { result: "failed", message, code } };
  return misuse ? { ...answer, misuse } : answer;
}

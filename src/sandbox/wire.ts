import type { IncomingHttpHeaders, ServerResponse } from "node:http";

/** A whole request. */
export interface Incoming {
  readonly method: string;
  /** Below the base that the site answers. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A call of a known endpoint. */
export interface Call extends Incoming {
  /** What stood in the `:id` places of the endpoint's path. */
  readonly id: string;
}

/** Why a call is one that the document does not allow, whatever is answered to it. */
export type Misuse =
  | "unknown_path"
  | "wrong_method"
  | "missing_slash"
  | "unauthorized"
  | "unknown_parameter"
  | "invalid_parameter"
  | "invalid_body";

export interface Answer {
  readonly status: number;
  /** Becomes JSON, except a text, which is sent as it is, as HTML. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly misuse?: Misuse;
}

export function answerText({ body }: Answer): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

export function send(response: ServerResponse, answer: Answer): void {
  const text = answerText(answer);
  response.writeHead(answer.status, {
    "content-type": typeof answer.body === "string" ? "text/html; charset=utf-8" : "application/json",
    "content-length": Buffer.byteLength(text),
    ...answer.headers,
  });
  response.end(text);
}

/** The body as JSON. Undefined when it is not, or is not said to be. */
export function jsonBody(call: Incoming): unknown {
  if (!/^application\/json\b/i.test(call.headers["content-type"] ?? "")) return undefined;
  try {
    return JSON.parse(call.body);
  } catch {
    return undefined;
  }
}

import type { ServerResponse } from "node:http";
import type { Clock } from "../core/clock.ts";
import type { Fault, FaultKind } from "./faults.ts";
import { type Answer, answerText, send } from "./wire.ts";

/** What a mishap is played with. */
export interface Stage {
  readonly response: ServerResponse;
  readonly fault: Fault;
  readonly clock: Clock;
  /** Lets the call have its effect, and gives the answer that it would have had. */
  perform(): Answer;
  /** The upstream's own way to refuse a call that came too soon. */
  tooSoon(retryAfterSeconds: number): Answer;
  /** The upstream's own way to say that something failed. */
  failure(): Answer;
}

const ERROR_PAGE =
  "<!doctype html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>";
const DRIP_MS = 500;

/** The kinds below the line are played after the call had its effect: what was ordered is sold and paid. */
const MISHAPS: Record<FaultKind, (stage: Stage) => void> = {
  html: ({ response }) => send(response, { status: 200, body: ERROR_PAGE }),
  html_502: ({ response }) => send(response, { status: 502, body: ERROR_PAGE }),
  status_500: ({ response, failure }) => send(response, { ...failure(), status: 500 }),
  status_429: ({ response, fault, tooSoon }) => send(response, tooSoon(fault.retryAfterSeconds)),
  error_in_200: ({ response, failure }) => send(response, { ...failure(), status: 200 }),
  silence: () => {},
  reset_before: reset,
  gigantic: flood,
  // ----
  reset_after(stage) {
    stage.perform();
    reset(stage);
  },
  error_500_after({ response, perform, failure }) {
    perform();
    send(response, { ...failure(), status: 500 });
  },
  unreadable_after({ response, perform }) {
    const { status } = perform();
    response.writeHead(status, { "content-type": "application/json" });
    response.end('{"result": <unreadable>');
  },
  truncated({ response, perform }) {
    const answer = perform();
    const text = answerText(answer);
    response.writeHead(answer.status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      ...answer.headers,
    });
    response.write(text.slice(0, text.length / 2), () => response.destroy());
  },
  wrong_types({ response, perform }) {
    const answer = perform();
    // A bare text has one value: itself.
    const body = typeof answer.body === "string" ? [answer.body] : withWrongTypes(JSON.parse(answerText(answer)));
    send(response, { ...answer, body });
  },
  slow: drip,
};

export function playMishap(stage: Stage): void {
  MISHAPS[stage.fault.kind](stage);
}

function reset({ response }: Stage): void {
  response.socket?.resetAndDestroy();
}

/** A body without end, as fast as the reader takes it. */
function flood({ response }: Stage): void {
  const chunk = " ".repeat(64 * 1024);
  const pour = () => {
    if (response.destroyed) return;
    // One chunk a turn, or a fast reader would keep everybody else waiting.
    if (response.write(chunk)) setImmediate(pour);
    else response.once("drain", pour);
  };
  response.writeHead(200, { "content-type": "application/json" });
  pour();
}

/** The true answer, one byte at a time. */
function drip({ response, perform, clock }: Stage): void {
  const answer = perform();
  const bytes = Buffer.from(answerText(answer));
  response.writeHead(answer.status, {
    "content-type": "application/json",
    "content-length": bytes.length,
    ...answer.headers,
  });
  let sent = 0;
  const next = () => {
    if (response.destroyed) return;
    response.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    if (sent >= bytes.length) response.end();
    else cancel = clock.after(DRIP_MS, next);
  };
  let cancel = clock.after(DRIP_MS, next);
  response.once("close", () => cancel());
}

/** Keeps every name and changes the type of every value. */
function withWrongTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withWrongTypes);
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withWrongTypes(inner)]));
  }
  if (typeof value === "string") return value.length;
  if (value === null) return [];
  return { value };
}

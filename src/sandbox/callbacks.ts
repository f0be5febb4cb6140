import { Agent, request } from "undici";
import { type Clock, sleep } from "../core/clock.ts";
import type { Tally } from "./books.ts";
import type { Message } from "./messages.ts";
import { messagesBy, type Order } from "./order.ts";

/** An upstream's own shape of the body that tells of a message. */
export type CallbackBody = (order: Order, message: Message) => unknown;

/** Posts an upstream's messages to its customer as they arrive. Off until it has a URL. */
export interface Callbacks {
  /** Undefined is off. */
  setUrl(url: string | undefined): void;
  /** Posts the message as soon as it has arrived, which may be now. */
  expect(order: Order, message: Message): void;
  /** Off, and nothing that was expected is posted any more. */
  reset(): void;
  close(): Promise<void>;
}

export interface CallbacksParts {
  readonly bodyOf: CallbackBody;
  readonly tally: Tally;
  readonly clock: Clock;
}

/** Only what listens on the same machine is told. */
export function isLoopback(url: string): boolean {
  const { protocol, hostname } = URL.parse(url) ?? {};
  return protocol === "http:" && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname ?? "");
}

/** smsVerificationService gives its customers 5 seconds to answer, and tries for a day. */
const ANSWER_MS = 5000;
const FIRST_RETRY_MS = 1000;
const RETRIES = 8;

export function createCallbacks({ bodyOf, tally, clock }: CallbacksParts): Callbacks {
  const agent = new Agent();
  let url: string | undefined;
  let stopping = new AbortController();

  async function post(target: string, body: unknown, stopped: AbortSignal): Promise<boolean> {
    const late = new AbortController();
    const cancel = clock.after(ANSWER_MS, () => late.abort());
    try {
      const answer = await request(target, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        dispatcher: agent,
        signal: AbortSignal.any([stopped, late.signal]),
      });
      await answer.body.dump();
      return answer.statusCode >= 200 && answer.statusCode < 300;
    } catch {
      return false;
    } finally {
      cancel();
    }
  }

  async function tell(body: unknown, stopped: AbortSignal): Promise<void> {
    for (let attempt = 0; attempt <= RETRIES; attempt += 1) {
      if (attempt > 0) await sleep(clock, FIRST_RETRY_MS * 2 ** (attempt - 1), stopped);
      if (url === undefined || stopped.aborted) return;
      const delivered = await post(url, body, stopped);
      if (stopped.aborted) return;
      tally.callbacks[delivered ? "delivered" : "failed"] += 1;
      if (delivered) return;
    }
  }

  function stop(): void {
    url = undefined;
    stopping.abort();
    stopping = new AbortController();
  }

  return {
    setUrl(next) {
      url = next;
    },
    async expect(order, message) {
      const { signal } = stopping;
      const wait = message.arriveTime - clock.now();
      if (wait > 0) await sleep(clock, wait, signal);
      // An order that was cancelled meanwhile never received it.
      if (signal.aborted || !messagesBy(order, clock.now()).includes(message)) return;
      await tell(bodyOf(order, message), signal);
    },
    reset: stop,
    close() {
      stop();
      return agent.destroy();
    },
  };
}

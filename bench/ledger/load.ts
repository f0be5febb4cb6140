// The commands of a verification's life, as the daemon gives them, with an upstream that answers at once.

import { randomUUID } from "node:crypto";
import type { Caller } from "../../src/core/caller.ts";
import type { Money } from "../../src/core/money.ts";
import type { Store } from "../../src/core/store.ts";
import { randomId } from "../../src/orders/new-id.ts";

const CALLER: Caller = { name: "bench", budget: { maxOpen: 1_000_000, maxWithoutCode: 100 }, allow: {} };
const PRICE: Money = { currency: "USD", micros: 500_000n };

/** Ids of orders ascend, as handler_api's activation ids do; request ids are drawn, as callers draw them. */
let sold = 1_000_000_000;

/** Gives how long a command took, in milliseconds. */
export type Took = (ms: number) => void;

/** From the wish to the number: five commands, and the fifth is `finish`. */
export async function open(store: Store, took: Took): Promise<string> {
  const time = new Date();
  const id = randomId("ver", time.getTime());
  const request = {
    country: "GB",
    service: "whatsapp",
    capability: "SMS",
    strategy: "CHEAPEST",
    upstreams: [],
    excludeUpstreams: [],
    labels: {},
  } as const;
  const wish = { verificationId: id, caller: CALLER, requestId: randomUUID(), request, fingerprint: id, time };
  await timed(took, () => store.createVerification(wish));
  await timed(took, () =>
    store.beginAttempt(id, CALLER, {
      upstream: "acme",
      provider: "handler_api",
      offerId: "acme:wa:16",
      offerRef: "wa:16",
      country: "GB",
      service: "whatsapp",
      quotedPrice: PRICE,
      explanation: "cheapest of 3 offers: 0.50 USD, 82 % of the last 40 delivered",
      time,
    }),
  );
  await timed(took, () =>
    store.recordPurchase(id, {
      orderRef: String(++sold),
      phoneNumber: "+447700900123",
      numberAsSold: "447700900123",
      price: PRICE,
      expireTime: new Date(time.getTime() + 1_200_000),
      time,
    }),
  );
  return id;
}

export async function finish(store: Store, id: string, took: Took): Promise<void> {
  const time = new Date();
  const text = "123456 is your code. Do not share it.";
  const message = { messageId: "1", sender: "WhatsApp", text, code: "123456", receiveTime: time, late: false };
  await timed(took, () => store.recordMessages(id, [message], time));
  await timed(took, () => store.recordEnd(id, "COMPLETED", undefined, time));
}

async function timed(took: Took, command: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await command();
  took(performance.now() - start);
}

/** Runs the job as many times as said, by so many workers. Answers with the seconds it took. */
export async function work(times: number, workers: number, job: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let left = times;
  async function worker(): Promise<void> {
    while (left > 0) {
      left -= 1;
      await job();
    }
  }
  await Promise.all(Array.from({ length: workers }, worker));
  return (performance.now() - start) / 1000;
}

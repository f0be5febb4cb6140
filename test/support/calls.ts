import { subscribe } from "node:diagnostics_channel";
import { settle } from "./clock.ts";

/** What the clock has set off goes through the store before it is sent. */
const SENT_WITHIN_MS = 3;
/** What is not answered by then is silence, and is not waited for. */
const ANSWERED_WITHIN_MS = 1_000;

/** When each request that is under way was made, and how many were ever made. */
const underWay = new Map<unknown, number>();
let made = 0;
const requestOf = (message: unknown) => (message as { request: unknown }).request;
subscribe("undici:request:create", (message) => {
  made += 1;
  underWay.set(requestOf(message), performance.now());
});
subscribe("undici:request:trailers", (message) => void underWay.delete(requestOf(message)));
subscribe("undici:request:error", (message) => void underWay.delete(requestOf(message)));

/**
 * Resolves once the requests to upstreams are answered, and those that their answers lead to, however slow the machine: a
 * hand clock does not wait for them.
 */
export async function answered(): Promise<void> {
  const isAwaited = (since: number) => performance.now() - since < ANSWERED_WITHIN_MS;
  for (let before: number | undefined; before !== made; ) {
    before = made;
    await new Promise((resolve) => setTimeout(resolve, SENT_WITHIN_MS));
    while ([...underWay.values()].some(isAwaited)) await new Promise((resolve) => setTimeout(resolve, 1));
    await settle();
  }
}

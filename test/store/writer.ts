// Writes to the store at the given path until it is killed, and says on stdout what was acknowledged, a line for each
// command: the verification's id and its version.

import type { Verification } from "../../src/core/verification.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { aMessage, anAttempt, aPurchase, aWish, CI, NOON, usd } from "./samples.ts";

const [path = "", generation = ""] = process.argv.slice(2);
const store = openSqliteStore(path);
let made = 0;

function acknowledge({ verificationId, version }: Verification): void {
  // Waits for a reader that is slow, where writing to the descriptor itself would fail.
  process.stdout.write(`${verificationId} ${version}\n`);
}

async function live(): Promise<void> {
  made += 1;
  const id = `${generation}-${made}`;
  acknowledge((await store.createVerification(aWish({ verificationId: id, requestId: id }))).verification);
  acknowledge(await store.beginAttempt(id, CI, anAttempt()));
  acknowledge(await store.recordRefusal(id, "NO_NUMBERS", NOON));
  acknowledge(await store.beginAttempt(id, CI, anAttempt()));
  acknowledge(await store.recordPurchase(id, aPurchase()));
  if (made % 2 === 0) {
    acknowledge(await store.recordEnd(id, "CANCELLED", usd("0.45"), NOON));
    return;
  }
  acknowledge((await store.recordMessages(id, [aMessage()], NOON)).verification);
  acknowledge(await store.recordEnd(id, "COMPLETED", undefined, NOON));
}

async function liveOnAndOn(): Promise<void> {
  for (;;) await live();
}

await Promise.all(Array.from({ length: 20 }, liveOnAndOn));

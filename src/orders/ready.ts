import { UNINTERRUPTED } from "../core/clock.ts";
import type { Verification } from "../core/verification.ts";
import { bought, type OrderParts } from "./parts.ts";

/** Tells an upstream that a number is in use. Nobody waits for it: the code takes longer than this call. */
export function tellReady(verification: Verification, { upstreams, log }: Pick<OrderParts, "upstreams" | "log">): void {
  const found = bought(verification, upstreams);
  const { ready } = found?.desk ?? {};
  if (!found || !ready) return;
  found.upstream
    .run("ready", () => ready(found.order, UNINTERRUPTED))
    .catch((error: unknown) => {
      const { verificationId, upstream } = verification;
      log.warn({ err: error, verificationId, upstream }, "the upstream could not be told of the number's use");
    });
}

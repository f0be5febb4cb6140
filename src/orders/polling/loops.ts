import type { Logger } from "pino";
import type { Clock } from "../../core/clock.ts";
import type { Upstream } from "../../core/upstream.ts";
import { type Loop, startLoop } from "./loop.ts";

/** The loops that ask at accounts: one for each limit that polls fall under. */
export interface Loops {
  /** Asks about verifications, and about rentals where these share its limit. */
  forCodes(upstream: Upstream): Loop;
  forRentals(upstream: Upstream): Loop;
}

export function createLoops(parts: { readonly clock: Clock; readonly log: Logger }): Loops {
  const loops = new Map<string, Loop>();

  function forCodes(upstream: Upstream): Loop {
    const loop = loops.get(upstream.id) ?? startLoop(upstream, upstream.poll, parts);
    loops.set(upstream.id, loop);
    return loop;
  }

  return {
    forCodes,
    forRentals(upstream) {
      if (!upstream.hasInboxLimit) return forCodes(upstream);
      return startLoop(
        upstream,
        (choose, signal) => upstream.run("inbox", async () => choose()?.send(), signal),
        parts,
      );
    },
  };
}

import { sleep } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { OrderParts } from "./parts.ts";

/** The second try follows at once: most failures pass. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** Half a minute of a store that fails, all in all. */
const MOST_TRIES = 12;

/**
 * Records what has happened at an upstream. That is not undone by a full disk, so a store that fails is tried again for a
 * while. A refusal by the store is an answer, and is not tried again.
 */
export async function persist<T>(
  { clock, log }: Pick<OrderParts, "clock" | "log">,
  command: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await command();
    } catch (error) {
      if (error instanceof GatewayError || tries >= MOST_TRIES) throw error;
      log.error({ err: error, tries }, "the store failed to record what happened at an upstream");
      if (tries > 1) await sleep(clock, Math.min(FIRST_WAIT_MS * 2 ** (tries - 2), LONGEST_WAIT_MS));
    }
  }
}

import type { Asking } from "./asking.ts";
import type { CallerName } from "./daemon.ts";
import type { Draw } from "./draw.ts";
import { holdingOfEsim } from "./holdings.ts";
import type { Witness } from "./witness.ts";

const CREATE_TIMEOUT_MS = 5_000;

/** What callers do with eSIMs: buy one of the plans. */
export function createEsimCallers({ ask, buy }: Asking, witness: Witness) {
  return {
    async live(caller: CallerName, draw: Draw): Promise<void> {
      const listed = await ask(caller, ({ esims }) => esims.listEsimPlans({}));
      const plans = listed?.plans ?? [];
      const [chosen, requestId] = [draw.pick(plans), draw.uuid()];
      if (!chosen) return;
      const request = { plan: chosen.plan, requestId };
      const bought = await buy(caller, "esim", ({ esims }) =>
        esims.createEsim(request, { timeoutMs: CREATE_TIMEOUT_MS }),
      );
      if (bought?.esim) witness.note(caller, holdingOfEsim(bought.esim));
    },
  };
}

import type { Verification } from "../../gen/numgate/v1/verification_pb.ts";
import type { Asking } from "./asking.ts";
import type { CallerName } from "./daemon.ts";
import type { Draw } from "./draw.ts";
import { type Holding, holdingOfVerification } from "./holdings.ts";
import type { Witness } from "./witness.ts";

const CREATE_TIMEOUT_MS = 5_000;

/** What callers do with verifications: buy, watch, complete and cancel. */
export function createVerificationCallers({ ask, buy, over }: Asking, witness: Witness) {
  function note(caller: CallerName, verification: Verification | undefined): Holding | undefined {
    if (!verification) return undefined;
    const holding = holdingOfVerification(verification);
    witness.note(caller, holding);
    return holding;
  }

  /** Follows a verification, over as many lives of the daemon as it takes, until it is so or has ended. */
  async function watch(
    caller: CallerName,
    verificationId: string,
    isSo: (holding: Holding) => boolean,
  ): Promise<Holding | undefined> {
    return ask(caller, async ({ verifications }) => {
      const leave = new AbortController();
      const signal = AbortSignal.any([leave.signal, over]);
      let last: Holding | undefined;
      try {
        for await (const { verification } of verifications.watchVerification({ verificationId }, { signal })) {
          last = note(caller, verification);
          if (last && isSo(last)) break;
        }
      } finally {
        leave.abort();
      }
      return last;
    });
  }

  return {
    watch,

    async live(caller: CallerName, draw: Draw, upstreams: readonly string[]): Promise<void> {
      const end = draw.pick(["complete", "complete", "cancel", "leave"] as const);
      const service =
        end === "cancel"
          ? draw.pick(["whatsapp", "sandboxnever", "sandboxnever"])
          : draw.pick(["whatsapp", "telegram", "sandboxinstant", "sandboxinstant", "sandboxempty"]);
      const some = [...new Set([draw.pick(upstreams), draw.pick(upstreams), draw.pick(upstreams)])];
      const request = { countryCode: "US", service, requestId: draw.uuid(), upstreams: some };
      const created = await buy(caller, "verification", ({ verifications }) =>
        verifications.createVerification(request, { timeoutMs: CREATE_TIMEOUT_MS }),
      );
      const bought = note(caller, created?.verification);
      if (!bought || end === "leave") return;
      const verificationId = bought.id;
      const seen = end === "cancel" ? bought : await watch(caller, verificationId, hasReceived);
      if (seen?.status === "RECEIVED" && end === "complete") {
        const done = await ask(caller, ({ verifications }) => verifications.completeVerification({ verificationId }));
        note(caller, done?.verification);
      }
      if (end === "cancel") {
        const done = await ask(caller, ({ verifications }) => verifications.cancelVerification({ verificationId }));
        note(caller, done?.verification);
      }
    },
  };
}

function hasReceived({ status }: Holding): boolean {
  return status === "RECEIVED" || status === "COMPLETED";
}

import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError } from "@connectrpc/connect";
import type { Rental } from "../../gen/numgate/v1/rental_pb.ts";
import type { Asking } from "./asking.ts";
import { type CallerName, RENT_DAYS } from "./daemon.ts";
import type { Draw } from "./draw.ts";
import { type Holding, holdingOfRental } from "./holdings.ts";
import type { Market } from "./market.ts";
import type { Witness } from "./witness.ts";

const CREATE_TIMEOUT_MS = 5_000;
/** How long a message is waited for before the caller goes on without it. */
const MESSAGE_PATIENCE_MS = 3_000;
const MOST_EXTENSIONS = 2;

/** What callers do with rentals: rent, read and watch what comes, extend, and give back. */
export function createRentalCallers({ ask, buy, over }: Asking, witness: Witness, market: Pick<Market, "deliver">) {
  function note(caller: CallerName, rental: Rental | undefined): Holding | undefined {
    if (!rental) return undefined;
    const holding = holdingOfRental(rental);
    witness.note(caller, holding);
    return holding;
  }

  /** Follows a rental and its messages until it is so, has ended, or patience has. */
  async function watch(
    caller: CallerName,
    rentalId: string,
    isSo: (holding: Holding, messages: number) => boolean,
    patienceMs: number,
  ): Promise<Holding | undefined> {
    const leave = new AbortController();
    const signal = AbortSignal.any([leave.signal, over, AbortSignal.timeout(patienceMs)]);
    return ask(caller, async ({ rentals }) => {
      let [last, messages]: [Holding | undefined, number] = [undefined, 0];
      try {
        for await (const { event } of rentals.watchRental({ rentalId }, { signal })) {
          if (event.case === "rental") {
            last = note(caller, event.value);
          } else if (event.case === "message" && last) {
            messages += 1;
            witness.note(caller, { ...last, messages: [event.value] });
          }
          if (last && isSo(last, messages)) break;
        }
      } catch (error) {
        // It was left, and the call says so.
        if (!signal.aborted) throw ConnectError.from(error);
      }
      return last;
    }).finally(() => leave.abort());
  }

  async function extend(caller: CallerName, rentalId: string, requestId: string): Promise<void> {
    const request = { rentalId, days: RENT_DAYS, requestId };
    const extended = await buy(caller, "extension", ({ rentals }) =>
      rentals.extendRental(request, { timeoutMs: CREATE_TIMEOUT_MS }),
    );
    note(caller, extended?.rental);
  }

  return {
    watch,

    async live(caller: CallerName, draw: Draw, renting: readonly string[]): Promise<void> {
      const isGivenBack = draw.pick([true, false]);
      const service = isGivenBack
        ? draw.pick(["whatsapp", "sandboxnever", "sandboxnever"])
        : draw.pick(["whatsapp", "whatsapp", "telegram", "sandboxinstant"]);
      const upstreams = [...new Set([draw.pick(renting), draw.pick(renting)])];
      const extensions = Array.from({ length: draw.whole(MOST_EXTENSIONS) }, () => draw.uuid());
      const more = draw.pick([true, false]);
      const request = { countryCode: "US", service, days: RENT_DAYS, requestId: draw.uuid(), upstreams };
      const rent = () =>
        buy(caller, "rental", ({ rentals }) => rentals.createRental(request, { timeoutMs: CREATE_TIMEOUT_MS }));
      const bought = note(caller, (await rent())?.rental);
      // A request that was repeated may have come to nothing before.
      if (!bought || bought.goods === "") return;
      const { id: rentalId, goods } = bought;
      if (!isGivenBack) await watch(caller, rentalId, (_, messages) => messages > 0, MESSAGE_PATIENCE_MS);
      for (const requestId of extensions) await extend(caller, rentalId, requestId);
      if (!isGivenBack && more) {
        market.deliver(bought.attempts.at(-1)?.upstream ?? "", goods);
        await watch(caller, rentalId, (_, messages) => messages > 1, MESSAGE_PATIENCE_MS);
      }
      if (isGivenBack) {
        await sleep(draw.whole(100));
        const done = await ask(caller, ({ rentals }) => rentals.cancelRental({ rentalId }));
        note(caller, done?.rental);
      }
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { RentalStatus } from "../../gen/numgate/v1/rental_pb.ts";
import { VerificationStatus } from "../../gen/numgate/v1/verification_pb.ts";
import { createRandom } from "../../src/sandbox/random.ts";
import { createAsking, type Tally } from "./asking.ts";
import { CALLERS, type CallerName, type Daemon } from "./daemon.ts";
import { createDraw } from "./draw.ts";
import { createEsimCallers } from "./esims.ts";
import { type Holding, holdingOfRental, holdingOfVerification } from "./holdings.ts";
import { type Market, RENTING } from "./market.ts";
import { createRentalCallers } from "./rentals.ts";
import { createVerificationCallers } from "./verifications.ts";
import type { Witness } from "./witness.ts";

const LONGEST_PAUSE_MS = 150;
/** How long somebody looks on at a purchase. */
const DECIDED_WITHIN_MS = 60_000;
/** Of eleven things that callers do, what each is. */
const WISHES = [
  ...Array.from({ length: 6 }, () => "verification" as const),
  ...Array.from({ length: 4 }, () => "rental" as const),
  "esim" as const,
];

export interface Load {
  readonly tally: Tally;
  /** Lets each caller end what it is at. The daemon has to be there. */
  stop(): Promise<void>;
}

export interface LoadParts {
  readonly daemon: Daemon;
  readonly witness: Witness;
  readonly market: Market;
  readonly workers: number;
  readonly seed: number;
}

/** Callers that buy whatever is for sale, and never give up a request before it was answered. */
export function startLoad({ daemon, witness, market, workers, seed }: LoadParts): Load {
  const stopping = new AbortController();
  const asking = createAsking(daemon, stopping.signal);
  const upstreams = market.sellers.map(({ id }) => id);
  const renting = market.sellers.filter(({ provider }) => RENTING.includes(provider)).map(({ id }) => id);
  const verifications = createVerificationCallers(asking, witness);
  const rentals = createRentalCallers(asking, witness, market);
  const esims = createEsimCallers(asking, witness);

  async function work(index: number): Promise<void> {
    const draw = createDraw(createRandom(seed * 1_000 + index));
    const caller = CALLERS[index % CALLERS.length] ?? "ada";
    while (!stopping.signal.aborted) {
      const wish = draw.pick(WISHES);
      if (wish === "verification") await verifications.live(caller, draw, upstreams);
      else if (wish === "rental") await rentals.live(caller, draw, renting);
      else await esims.live(caller, draw);
      await sleep(draw.whole(LONGEST_PAUSE_MS));
    }
  }

  /** Watches what is being bought, as the one who asked for it cannot before the answer. */
  async function observe(caller: CallerName): Promise<void> {
    const watched = new Set<string>();
    const isNew = (holding: Holding) => {
      witness.note(caller, holding);
      if (watched.has(holding.id) || isDecided(holding)) return false;
      watched.add(holding.id);
      return true;
    };
    while (!stopping.signal.aborted) {
      const found = await asking.ask(caller, (services) =>
        services.verifications.listVerifications({ status: [VerificationStatus.PENDING], pageSize: 50 }),
      );
      for (const { id } of (found?.verifications ?? []).map(holdingOfVerification).filter(isNew)) {
        void verifications.watch(caller, id, isDecided);
      }
      const rented = await asking.ask(caller, (services) =>
        services.rentals.listRentals({ status: [RentalStatus.PENDING], pageSize: 50 }),
      );
      for (const { id } of (rented?.rentals ?? []).map((rental) => holdingOfRental(rental)).filter(isNew)) {
        void rentals.watch(caller, id, isDecided, DECIDED_WITHIN_MS);
      }
      await sleep(50);
    }
  }

  const all = [...Array.from({ length: workers }, (_, index) => work(index)), ...CALLERS.map(observe)];
  return {
    tally: asking.tally,
    async stop() {
      stopping.abort();
      await Promise.all(all);
    },
  };
}

/** Whether the purchase came to something, or nobody knows to what. */
function isDecided({ status, attempts }: Holding): boolean {
  return status !== "PENDING" || attempts.at(-1)?.outcome === Outcome.UNCERTAIN;
}

import type { Caller } from "../core/caller.ts";
import type { PendingPurchase, PurchaseRecords } from "../core/records.ts";
import { createEsims, type Esims } from "./esims/esims.ts";
import { createEsimOutcomes } from "./esims/outcomes.ts";
import type { OrderParts } from "./parts.ts";
import { persist } from "./persist.ts";
import { createLoops } from "./polling/loops.ts";
import { createRefundWitness } from "./refund.ts";
import { type Bell, createBell } from "./rentals/bell.ts";
import { createExtensionOutcomes, createRentalOutcomes } from "./rentals/outcomes.ts";
import { createRentals, type Rentals } from "./rentals/rentals.ts";
import type { ReadLabel } from "./settle/match.ts";
import { createOperatorDesk, type OperatorDesk } from "./settle/operator-desk.ts";
import { createVerificationOutcomes, type OutcomesByProduct } from "./settle/outcomes.ts";
import { createSettlement } from "./settle/settlement.ts";
import type { Witness } from "./settle/witness.ts";
import type { Shelf } from "./shelf.ts";
import { createVerifications, type Verifications } from "./verifications.ts";

export interface OrdersParts extends OrderParts {
  readonly shelf: Shelf;
  readonly witness: Witness;
  readonly readLabel: ReadLabel;
  /** As the caller is configured now; undefined when it is not any more. */
  callerNamed(name: string): Caller | undefined;
}

/** Everything that is bought, and what is found out about purchases whose outcome nobody knows. */
export interface Orders {
  readonly verifications: Verifications;
  readonly rentals: Rentals;
  readonly esims: Esims;
  /** Where purchases are settled by hand that nothing else could settle. */
  readonly desk: OperatorDesk;

  /** The upstream has news of an order: it is asked, ahead of the others' turn. */
  wake(upstream: string, orderRef: string): void;

  /** Takes up what an earlier run of the daemon left open. To be called once, before anything else. */
  resume(): Promise<void>;
  /** Ends the polling, and lets what was sent finish. */
  stop(): Promise<void>;
}

/** What became of purchases, by product; without hooks for where nothing is followed. */
export function createOutcomes(
  parts: Pick<OrderParts, "store" | "feed" | "clock" | "log"> & { readonly bell: Pick<Bell, "ring"> },
  hooks: Partial<Pick<Orders, "verifications" | "rentals">> = {},
): OutcomesByProduct {
  return {
    VERIFICATION: createVerificationOutcomes(parts, (verification) => hooks.verifications?.takeUp(verification)),
    RENTAL: createRentalOutcomes(parts, (rental) => hooks.rentals?.takeUp(rental)),
    EXTENSION: createExtensionOutcomes(parts, (rental) => hooks.rentals?.takeUp(rental)),
    ESIM: createEsimOutcomes(parts),
  };
}

export function createOrders(parts: OrdersParts): Orders {
  const { store, clock } = parts;
  const joined: { verifications?: Verifications; rentals?: Rentals } = {};
  const bell = createBell((rentalId) => joined.rentals?.watched(rentalId));
  const outcomes = createOutcomes({ ...parts, bell }, joined);
  const settlement = createSettlement({ ...parts, outcomes });
  const loops = createLoops(parts);
  const watchRefund = createRefundWitness(parts.balances);
  const verifications = createVerifications({ ...parts, settlement, loops, watchRefund });
  const rentals = createRentals({ ...parts, settlement, loops, bell, watchRefund, waits: verifications.waits });
  const esims = createEsims({ ...parts, settlement });
  Object.assign(joined, { verifications, rentals });

  const records: Readonly<Record<PendingPurchase["product"], PurchaseRecords<unknown>>> = {
    VERIFICATION: store,
    RENTAL: store.rentals,
    EXTENSION: store.extensions,
    ESIM: store.esims,
  };

  /** A purchase that the daemon's end cut short: sent, nobody knows what became of it; never sent, it failed. */
  async function takeUp(purchase: PendingPurchase): Promise<void> {
    const { orderId, product, attempts } = purchase;
    const last = attempts.at(-1);
    const time = new Date(clock.now());
    if (!last || last.outcome === "REFUSED") {
      await persist(parts, () => records[product].recordFailure(orderId, time));
      return;
    }
    if (!last.outcome) await persist(parts, () => records[product].recordUncertain(orderId, time));
    settlement.add(purchase);
  }

  return {
    verifications,
    rentals,
    esims,
    desk: createOperatorDesk(parts, outcomes, settlement.settled, settlement.lastWord),

    wake(upstream, orderRef) {
      verifications.wake(upstream, orderRef);
      rentals.wake(upstream, orderRef);
    },

    async resume() {
      for (const purchase of await store.pendingPurchases()) await takeUp(purchase);
      await verifications.resume();
      await rentals.resume();
    },

    async stop() {
      await Promise.all([settlement.stop(), verifications.stop(), rentals.stop(), esims.stop()]);
    },
  };
}

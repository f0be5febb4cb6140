import type { Caller } from "../../core/caller.ts";
import { GatewayError } from "../../core/error.ts";
import type { OrderFilter, Page } from "../../core/records.ts";
import { type AutoRenewal, isRentalOver, type Rental, type RentalStatus } from "../../core/rental.ts";
import type { Message, Verification } from "../../core/verification.ts";
import type { CallOptions } from "../buying/once.ts";
import { createLaws } from "../polling/laws.ts";
import type { Loops } from "../polling/loops.ts";
import { createCollecting } from "./collecting.ts";
import { createRenter, isToBeGivenBack, type RentalWish } from "./create.ts";
import { createEnds } from "./ends.ts";
import { createExtender, type ExtendRequest } from "./extend.ts";
import { MESSAGES } from "./law.ts";
import { alreadyOver, type RentalParts } from "./parts.ts";
import { createRentalPoller, type RentalPoller } from "./poller.ts";
import { createReleaser } from "./release.ts";
import { createRenewals } from "./renewal.ts";
import { createTerms } from "./term.ts";
import { createWaits } from "./waits.ts";
import { type RentalEvent, watchRental } from "./watch.ts";

export interface Rentals {
  /** Rents a number, once for a caller's `requestId` whatever happens; see CreateRental in the API. */
  create(caller: Caller, options: CallOptions, read: () => Promise<RentalWish>): Promise<Rental>;
  get(caller: Caller, rentalId: string): Promise<Rental>;
  list(caller: Caller, filter: OrderFilter<RentalStatus>): Promise<Page<Rental>>;
  extend(caller: Caller, options: CallOptions, request: ExtendRequest): Promise<Rental>;
  cancel(caller: Caller, rentalId: string): Promise<Rental>;
  setAutoRenewal(caller: Caller, rentalId: string, renewal: AutoRenewal | undefined): Promise<Rental>;
  listMessages(caller: Caller, rentalId: string, pageSize: number, pageToken?: string): Promise<Page<Message>>;
  watch(
    caller: Caller,
    rentalId: string,
    afterMessageId: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<RentalEvent, void, void>;

  /** Waits for the next code on a number that is rented; see CreateVerificationRequest.rental_id. */
  wait(
    caller: Caller,
    options: CallOptions,
    wish: { readonly rentalId: string; readonly labels: Readonly<Record<string, string>> },
  ): Promise<Verification>;
  /** A wait goes on: one more code is expected. */
  expect(rentalId: string, caller: string): Promise<void>;

  /** The upstream has news of an order: it is looked at, ahead of the others' turn. */
  wake(upstream: string, orderRef: string): void;
  /** Somebody has begun to watch it. */
  watched(rentalId: string): void;
  /** It was rented or extended although nobody was told: it is followed like any other. */
  takeUp(rental: Rental): void;

  /** Takes up what an earlier run of the daemon left open. To be called once, before anything else. */
  resume(): Promise<void>;
  /** Ends the looking, and lets what was sent finish. */
  stop(): Promise<void>;
}

export interface RentalsParts extends RentalParts {
  readonly loops: Pick<Loops, "forRentals">;
  callerNamed(name: string): Caller | undefined;
  /** A verification on a rental began, got its code, or is over with its rental. */
  readonly waits: {
    began(verification: Verification): void;
    received(verification: Verification): void;
    ended(verification: Verification): Promise<void>;
  };
}

export function createRentals(parts: RentalsParts): Rentals {
  const { upstreams, store, clock, log, bell, waits, witness } = parts;
  const { rentals } = store;
  const pollers = new Map<string, RentalPoller>();
  const laws = createLaws(MESSAGES, store, clock, log);
  const collecting = createCollecting(parts, {
    moved: (rental) => follow(rental),
    ended: over,
    received: waits.received,
  });
  for (const upstream of upstreams.values()) {
    if (!upstream.desks.rental) continue;
    const loop = parts.loops.forRentals(upstream);
    pollers.set(upstream.id, createRentalPoller(upstream, loop, { ...parts, laws, apply: collecting.apply }));
  }
  const ends = createEnds(parts, collecting.correctEnd);
  const releaser = createReleaser(parts, (rental) => void over(rental));
  const renter = createRenter(parts, { rented: (rental) => follow(rental), release: releaser.releaseWhenPossible });
  const extender = createExtender(parts, (rental) => {
    follow(rental);
    // Not every upstream says with the extension until when it holds.
    void ends.ask(rental.upstream ?? "");
  });
  const renewals = createRenewals({ ...parts, extend: extender.extend });
  const terms = createTerms(parts, {
    async lastLook(rental) {
      await Promise.all([poller(rental)?.nextPoll(rental.rentalId), ends.ask(rental.upstream ?? "")]);
    },
    async nearEnd(rental) {
      await ends.ask(rental.upstream ?? "");
      await renewals.renew(await rentals.get(rental.caller, rental.rentalId));
    },
    ended: over,
  });
  const createWait = createWaits(parts, {
    look: async (upstream, rentalId) => (await pollers.get(upstream)?.nextPoll(rentalId)) ?? false,
    began(verification, upstream) {
      pollers.get(upstream)?.expect(verification.request.rentalId ?? "");
      waits.began(verification);
    },
  });

  function poller({ upstream = "" }: Rental): RentalPoller | undefined {
    return pollers.get(upstream);
  }

  /** If it is time for that. */
  function renew(rental: Rental): void {
    const { rentalId } = rental;
    renewals.renew(rental).catch((error: unknown) => log.error({ err: error, rentalId }, "a renewal failed"));
  }

  function follow(rental: Rental, isResumed = false): void {
    if (rental.status === "ACTIVE") poller(rental)?.add(rental, isResumed);
    terms.add(rental);
  }

  async function over(rental: Rental): Promise<void> {
    poller(rental)?.remove(rental.rentalId);
    terms.add(rental);
    witness.ended(rental);
    for (const wait of await rentals.openWaits(rental.rentalId)) await waits.ended(wait);
  }

  return {
    create: renter.create,
    get: (caller, rentalId) => rentals.get(caller.name, rentalId),
    list: (caller, filter) => rentals.list(caller.name, filter),
    extend: extender.extend,

    async cancel(caller, rentalId) {
      await renter.underWay(rentalId)?.catch(() => undefined);
      const rental = await rentals.get(caller.name, rentalId);
      if (rental.status === "CANCELLED") return rental;
      if (isRentalOver(rental.status)) throw alreadyOver(rental);
      if (rental.status === "PENDING" || rental.extension) {
        const what = rental.extension ? "it was extended" : "a number was rented";
        throw new GatewayError("CANCEL_TOO_EARLY", `nobody knows yet whether ${what}`, {
          metadata: { rental_id: rentalId, status: rental.status },
          retryAfterMs: 30_000,
        });
      }
      return releaser.release(rental);
    },

    async setAutoRenewal(caller, rentalId, renewal) {
      const time = new Date(clock.now());
      const rental = await rentals.recordAutoRenewal(caller.name, rentalId, renewal, time);
      bell.ring(rentalId);
      // Its end may be near already.
      renew(rental);
      return rental;
    },

    listMessages: (caller, rentalId, pageSize, pageToken) =>
      rentals.listMessages(caller.name, rentalId, pageSize, pageToken),
    watch: (caller, rentalId, after, signal) => watchRental(parts, caller, rentalId, after, signal),

    wait: createWait,
    async expect(rentalId, caller) {
      poller(await rentals.get(caller, rentalId))?.expect(rentalId);
    },

    wake: (upstream, orderRef) => pollers.get(upstream)?.wake(orderRef),
    watched(rentalId) {
      for (const each of pollers.values()) each.watched(rentalId);
    },
    takeUp(rental) {
      follow(rental);
      renew(rental);
    },

    async resume() {
      await laws.load();
      const asked = new Set<string>();
      for (const rental of await rentals.open()) {
        follow(rental, true);
        if (rental.status === "ACTIVE" && rental.upstream) asked.add(rental.upstream);
        // It was to be given back when the daemon ended. Nobody waits for it now.
        if (isToBeGivenBack(rental)) void releaser.releaseWhenPossible(rental).catch(() => undefined);
        renew(rental);
      }
      for (const upstream of asked) void ends.ask(upstream);
    },

    async stop() {
      terms.stop();
      renewals.stop();
      await Promise.all([...pollers.values()].map((each) => each.stop()));
      await Promise.all([renter.idle(), extender.idle(), releaser.stop(), ends.idle()]);
      await laws.save();
    },
  };
}

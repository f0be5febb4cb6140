import { aborted, sleep, UNINTERRUPTED } from "../../core/clock.ts";
import { GatewayError, UpstreamFault } from "../../core/error.ts";
import { isRentalOver, type Rental } from "../../core/rental.ts";
import type { Inbox, Upstream } from "../../core/upstream.ts";
import { type RentalParts, rented } from "./parts.ts";
import { type Collecting, chooseLook } from "./schedule.ts";

/** After a failed look its rental rests, twice as long each time, up to this. */
const LONGEST_REST_MS = 120_000;
/** Where not even a slot could be had, the loop does not ask again at once. */
const AFTER_FAILURE_MS = 1_000;
/** While codes are waited for at the account, rentals leave all but one call in so many to them. */
const SHARE_WHILE_BUSY = 8;
/** A code was waited for so lately that one still is. */
const BUSY_MS = 15_000;

/** Collects what the numbers that are rented at one account receive. */
export interface RentalPoller {
  /** From now on its messages are collected; a newer state of it replaces the older. */
  add(rental: Rental): void;
  remove(rentalId: string): void;
  /** A message is to come: it is looked for as if one had just come. */
  expect(rentalId: string): void;
  /** Looks soon. Resolves when that was answered or has failed, at once when nothing is collected for it. */
  nextPoll(rentalId: string): Promise<void>;
  /** Looks once, ahead of the others' turn; an order that is no rental here is passed over. */
  wake(orderRef: string): void;
  /** Somebody has begun to watch it. */
  watched(rentalId: string): void;
  /** Ends the loop. Looks under way are heard out. */
  stop(): Promise<void>;
}

export interface RentalPollerParts extends Pick<RentalParts, "upstreams" | "clock" | "bell" | "log"> {
  /** When a verification's code was last asked for at this upstream. */
  lastCheckAt(upstream: string): number;
  /** Records what the upstream showed, or that it showed nothing because the rental is over. */
  apply(rental: Rental, inbox: Inbox): Promise<Rental>;
}

interface Following extends Collecting {
  rental: Rental;
  failures: number;
  /** Who waits for the next look to begin, and for the one under way to end. */
  onLooked: (() => void)[];
  answering: (() => void)[];
}

/**
 * Starts the one loop that looks at an account's rentals, in each free slot of its limits at the one that gains most by
 * it. Quiet numbers are looked at seldom, those that stir or are watched often. Where rentals share a limit with
 * verifications, the codes that are waited for come first.
 */
export function startRentalPoller(upstream: Upstream, parts: RentalPollerParts): RentalPoller {
  const { clock, bell, log, lastCheckAt, apply } = parts;
  const all = new Map<string, Following>();
  const byRef = new Map<string, Following>();
  const schedule = { gapMs: upstream.pollGapMs, isWatched: bell.isWatched };
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let nudge = new AbortController();
  let lastSentAt = Number.NEGATIVE_INFINITY;

  function forget(following: Following): void {
    all.delete(following.rentalId);
    byRef.delete(following.rental.orderRef ?? "");
    for (const looked of [...following.onLooked, ...following.answering]) looked();
  }

  /** Throws what the call threw, for the upstream's health to see. */
  async function look(following: Following): Promise<() => Promise<void>> {
    const found = rented(following.rental, parts.upstreams);
    if (!found) return async () => {};
    following.inFlight = true;
    following.answering = following.onLooked;
    following.onLooked = [];
    following.isWoken = false;
    following.lookedAt = clock.now();
    following.due = undefined;
    lastSentAt = following.lookedAt;
    const inbox = await found.desk.inbox(found.order, UNINTERRUPTED).catch((error: unknown): Inbox => {
      if (error instanceof GatewayError && error.reason === "ALREADY_ENDED") return { messages: [], ended: "expired" };
      throw error;
    });
    return async () => {
      const { messageCount } = following.rental;
      const rental = await apply(following.rental, inbox);
      following.failures = 0;
      if (rental.messageCount > messageCount) stir(following);
      if (isRentalOver(rental.status)) forget(following);
      else update(following, rental);
    };
  }

  function stir(following: Following): void {
    following.stirredAt = clock.now();
    following.due = undefined;
  }

  function update(following: Following, rental: Rental): void {
    if (rental.version < following.rental.version) return;
    following.rental = rental;
    following.expireAt = rental.expireTime?.getTime() ?? Number.MAX_SAFE_INTEGER;
    following.due = undefined;
  }

  function failed(following: Following, error: unknown): void {
    if (!(error instanceof GatewayError) && !(error instanceof UpstreamFault)) {
      log.error({ err: error, upstream: upstream.id }, "a look at a rental failed unexpectedly");
    }
    following.failures += 1;
    following.barredUntil = clock.now() + Math.min(1_000 * 2 ** following.failures, LONGEST_REST_MS);
    following.due = undefined;
  }

  /** How long rentals wait for the sake of codes: never where they have a limit of their own. */
  function heldBackForMs(now: number): number {
    const account = upstream.limits().find(({ name }) => name === "account");
    if (!account || now - lastCheckAt(upstream.id) > BUSY_MS) return 0;
    return lastSentAt + (account.windowMs / account.calls) * SHARE_WHILE_BUSY - now;
  }

  async function rest(forMs: number): Promise<void> {
    nudge = new AbortController();
    const woken = AbortSignal.any([nudge.signal, stopping.signal]);
    await (Number.isFinite(forMs) ? sleep(clock, forMs, woken) : aborted(woken));
  }

  async function lookOnce(): Promise<void> {
    const now = clock.now();
    for (const following of all.values())
      if (following.lookedAt > now) Object.assign(following, { lookedAt: now, due: undefined });
    const choice = chooseLook(all.values(), now, schedule);
    if (choice.ask === "nothing") return rest(choice.forMs);
    const held = heldBackForMs(now);
    if (held > 0) {
      await sleep(clock, held, stopping.signal);
      return;
    }
    // The loop goes on as soon as the slot is there, and chooses only then; it does not wait for the answer.
    const slot = Promise.withResolvers<void>();
    let chosen: Following | undefined;
    const heard = upstream
      .run(
        "inbox",
        async () => {
          const choice = chooseLook(all.values(), clock.now(), schedule);
          chosen = choice.ask === "rental" ? all.get(choice.collecting.rentalId) : undefined;
          const looking = chosen && look(chosen);
          slot.resolve();
          return looking;
        },
        stopping.signal,
      )
      .then((takeIn) => takeIn?.())
      .catch(async (error: unknown) => {
        if (chosen) failed(chosen, error);
        else await sleep(clock, AFTER_FAILURE_MS, stopping.signal);
      })
      .finally(() => {
        underWay.delete(heard);
        slot.resolve();
        if (!chosen) return;
        chosen.inFlight = false;
        for (const looked of chosen.answering) looked();
        chosen.answering = [];
        nudge.abort();
      });
    underWay.add(heard);
    await slot.promise;
  }

  function wakeUp(following: Following): void {
    following.isWoken = true;
    following.due = undefined;
    nudge.abort();
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) await lookOnce();
  }
  const ended = loop().catch((error: unknown) => {
    log.fatal({ err: error, upstream: upstream.id }, "the loop that looks at rentals ended");
    throw error;
  });

  return {
    add(rental) {
      if (!rented(rental, parts.upstreams)) return;
      const known = all.get(rental.rentalId);
      if (known) {
        update(known, rental);
      } else {
        const following: Following = {
          rental,
          rentalId: rental.rentalId,
          expireAt: rental.expireTime?.getTime() ?? Number.MAX_SAFE_INTEGER,
          stirredAt: Math.min(rental.createTime.getTime(), clock.now()),
          lookedAt: Number.NEGATIVE_INFINITY,
          barredUntil: Number.NEGATIVE_INFINITY,
          failures: 0,
          isWoken: false,
          inFlight: false,
          onLooked: [],
          answering: [],
        };
        all.set(rental.rentalId, following);
        byRef.set(rental.orderRef ?? "", following);
      }
      nudge.abort();
    },

    remove(rentalId) {
      const following = all.get(rentalId);
      if (following) forget(following);
    },

    expect(rentalId) {
      const following = all.get(rentalId);
      if (following) stir(following);
      nudge.abort();
    },

    nextPoll(rentalId) {
      const following = all.get(rentalId);
      if (!following) return Promise.resolve();
      return new Promise((resolve) => {
        following.onLooked.push(resolve);
        wakeUp(following);
      });
    },

    wake(orderRef) {
      const following = byRef.get(orderRef);
      if (following) wakeUp(following);
    },

    watched(rentalId) {
      const following = all.get(rentalId);
      // Who begins to watch a quiet number expects something.
      if (following) stir(following);
      nudge.abort();
    },

    async stop() {
      stopping.abort();
      await ended;
      await Promise.all(underWay);
    },
  };
}

import { UNINTERRUPTED } from "../../core/clock.ts";
import type { Inbox } from "../../core/desks.ts";
import { GatewayError, UpstreamFault } from "../../core/error.ts";
import { isRentalOver, type Rental } from "../../core/rental.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { Laws } from "../polling/laws.ts";
import type { Errand, Loop } from "../polling/loop.ts";
import type { Stir } from "./law.ts";
import { learnOfLook } from "./learning.ts";
import { type RentalParts, rented } from "./parts.ts";
import { createQuiet, type Quiet, stir } from "./quiet.ts";
import { createSchedule } from "./schedule.ts";

/** After a failed look its rental rests, twice as long each time, up to this. */
const LONGEST_REST_MS = 120_000;

/** What a callback told of is looked for so often: a look may fail, or be ahead of what it is to show. */
const LOOKS_FOR_NEWS = 6;

/** What somebody said is to come hardly will later. */
const EXPECTED_MS = 20 * 60_000;

/** Collects what the numbers that are rented at one account receive. */
export interface RentalPoller {
  /** From now on its messages are collected; a newer state of it replaces the older. */
  add(rental: Rental, isResumed?: boolean): void;
  remove(rentalId: string): void;
  /** A message is to come. */
  expect(rentalId: string): void;
  /**
   * Looks soon. Resolves with true once that was answered and is recorded, with false when it has failed, at once when
   * nothing is collected for it.
   */
  nextPoll(rentalId: string): Promise<boolean>;
  /**
   * Looks ahead of the others' turn, and a few times more while there is nothing new; an order that is no rental here is
   * passed over.
   */
  wake(orderRef: string): void;
  /** Somebody has begun to watch it. */
  watched(rentalId: string): void;
  /** Ends the loop. Looks under way are heard out. */
  stop(): Promise<void>;
}

export interface RentalPollerParts extends Pick<RentalParts, "upstreams" | "clock" | "bell" | "log"> {
  readonly laws: Laws<Stir>;
  /** Records what the upstream showed, or that it showed nothing because the rental is over. */
  apply(rental: Rental, inbox: Inbox): Promise<Rental>;
}

interface Following extends Quiet {
  /** How often what a callback told of is still looked for. */
  newsLooks: number;
  /** Who waits for the next look to begin, and for the one under way to end. */
  onLooked: ((isAnswered: boolean) => void)[];
  answering: ((isAnswered: boolean) => void)[];
}

/**
 * Has the account's loop look at its rentals. Quiet numbers are looked at seldom, those that stir or are watched often:
 * by what has been learned of when messages come.
 */
export function createRentalPoller(upstream: Upstream, loop: Loop, parts: RentalPollerParts): RentalPoller {
  const { clock, bell, log, laws, apply } = parts;
  const all = new Map<string, Following>();
  const byRef = new Map<string, Following>();
  const schedule = createSchedule<Following>({ gapMs: upstream.pollGapMs, isWatched: bell.isWatched });

  function forget(following: Following): void {
    const { rentalId, orderRef = "" } = following.rental;
    if (all.get(rentalId) !== following) return;
    all.delete(rentalId);
    byRef.delete(orderRef);
    schedule.rentals.delete(following);
    for (const looked of [...following.onLooked, ...following.answering]) looked(false);
  }

  function look(following: Following): Errand | undefined {
    const found = rented(following.rental, parts.upstreams);
    if (!found) {
      forget(following);
      return undefined;
    }
    following.inFlight = true;
    following.answering = following.onLooked;
    following.onLooked = [];
    schedule.sent(following, clock.now());
    following.newsLooks = Math.max(following.newsLooks - 1, 0);
    let isAnswered = false;

    async function heard(inbox: Inbox, sentAt: number): Promise<void> {
      const { messageCount } = following.rental;
      const rental = await apply(following.rental, inbox);
      isAnswered = true;
      following.failures = 0;
      if (rental.messageCount > messageCount) following.newsLooks = 0;
      const times = inbox.messages.flatMap(({ receiveTime }) => (receiveTime ? [receiveTime.getTime()] : []));
      learnOfLook(following, sentAt, rental.messageCount - messageCount, times);
      if (isRentalOver(rental.status)) forget(following);
      else update(following, rental);
    }

    return {
      verb: "inbox",
      async send() {
        const sentAt = clock.now();
        const inbox = await found.desk.inbox(found.order, UNINTERRUPTED).catch((error: unknown): Inbox => {
          if (error instanceof GatewayError && error.reason === "ALREADY_ENDED") {
            return { messages: [], ended: "expired" };
          }
          throw error;
        });
        return () => heard(inbox, sentAt);
      },

      failed(error) {
        if (!(error instanceof GatewayError) && !(error instanceof UpstreamFault)) {
          log.error({ err: error, upstream: upstream.id }, "a look at a rental failed unexpectedly");
        }
        following.failures += 1;
        following.barredUntil = clock.now() + Math.min(1_000 * 2 ** following.failures, LONGEST_REST_MS);
      },

      over() {
        following.inFlight = false;
        const inVain = LOOKS_FOR_NEWS - following.newsLooks;
        following.newsAt = following.newsLooks > 0 ? clock.now() + 1_000 * 2 ** inVain : undefined;
        warm(following);
        for (const looked of following.answering) looked(isAnswered);
        following.answering = [];
      },
    };
  }

  /** What a look at it is worth has changed. */
  function warm(following: Following): void {
    following.dueAt = undefined;
    if (all.get(following.rental.rentalId) === following) schedule.rentals.warm(following);
    loop.nudge();
  }

  function update(following: Following, rental: Rental): void {
    if (rental.version < following.rental.version) return;
    following.rental = rental;
    warm(following);
  }

  function expect(rentalId: string): void {
    const following = all.get(rentalId);
    if (!following) return;
    stir(following, clock.now());
    following.expectedUntil = clock.now() + EXPECTED_MS;
    warm(following);
  }

  function wakeUp(following: Following): void {
    following.wokenAt ??= clock.now();
    warm(following);
  }

  loop.join({
    offer(now) {
      const next = schedule.choose(now);
      return next.ask === "nothing" ? next : { ...next, ask: "something", errand: () => look(next.quiet) };
    },
  });

  return {
    add(rental, isResumed = false) {
      if (!rented(rental, parts.upstreams)) return;
      const known = all.get(rental.rentalId);
      if (known) {
        update(known, rental);
        return;
      }
      const quiet = createQuiet(rental, laws, clock.now(), isResumed);
      const following: Following = { ...quiet, newsLooks: 0, onLooked: [], answering: [] };
      all.set(rental.rentalId, following);
      byRef.set(rental.orderRef ?? "", following);
      schedule.rentals.add(following);
      loop.nudge();
    },

    remove(rentalId) {
      const following = all.get(rentalId);
      if (following) forget(following);
    },

    expect,

    nextPoll(rentalId) {
      const following = all.get(rentalId);
      if (!following) return Promise.resolve(false);
      return new Promise((resolve) => {
        following.onLooked.push(resolve);
        wakeUp(following);
      });
    },

    wake(orderRef) {
      const following = byRef.get(orderRef);
      if (!following) return;
      following.newsLooks = LOOKS_FOR_NEWS;
      wakeUp(following);
    },

    // Who begins to watch a quiet number expects something.
    watched(rentalId) {
      const following = all.get(rentalId);
      if (!following) return;
      // Once for each look, or whoever connects anew all the time would put the look off that the first time asked for.
      if (following.lookedAt >= following.stirredAt) stir(following, clock.now());
      warm(following);
    },

    stop: loop.stop,
  };
}

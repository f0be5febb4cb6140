import { type Clock, UNINTERRUPTED } from "../../core/clock.ts";
import type { OverviewRow, Progress } from "../../core/desks.ts";
import { GatewayError, UpstreamFault } from "../../core/error.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { Verification } from "../../core/verification.ts";
import { bought, type OrderParts } from "../parts.ts";
import { arrivalOf, learnOfCode, learnOfNothing } from "./learning.ts";
import type { Errand } from "./loop.ts";
import type { Push } from "./push.ts";
import type { Choice, Schedule } from "./schedule.ts";
import type { ListTrust } from "./trust.ts";
import { isAwaited, type Waiting } from "./waiting.ts";

/** After a failed call its order rests, twice as long each time, up to this; so does the list. */
const LONGEST_REST_MS = 30_000;
/** A list that could never be read will hardly be read soon. */
const LONGEST_LIST_REST_MS = 600_000;
/** After so many failures in a row it is the upstream that fails, and not each order. */
const OUTAGE_AFTER = 3;
/** Of the orders that a list has news of, so many are asked about ahead of all polls; the others come first among them. */
const MOST_COLLECTED_AT_ONCE = 2;
/** What was told of shows at the order itself a little later at times. It is looked for so often. */
const MOST_EMPTY_LOOKS = 6;

export interface ErrandParts extends Pick<OrderParts, "upstreams" | "log"> {
  readonly clock: Clock;
  /** Records what the upstream said, and gives the verification as it is then. */
  apply(verification: Verification, progress: Progress): Promise<Verification>;
}

export interface ErrandHooks {
  readonly schedule: Schedule;
  readonly push: Push;
  readonly list: ListTrust | undefined;
  /** It is not waited for any more. */
  drop(waiting: Waiting): void;
  /** Asks for what has come, ahead of all polls. */
  collect(errand: Errand): void;
}

/** Makes the calls that a schedule chooses, and takes in their answers. */
export function createErrands(upstream: Upstream, parts: ErrandParts, hooks: ErrandHooks) {
  const { clock, log, apply } = parts;
  const { schedule, push, list: trust } = hooks;
  let listFailures = 0;
  let failuresInARow = 0;

  function failed(error: unknown): void {
    failuresInARow += 1;
    if (error instanceof GatewayError || error instanceof UpstreamFault) return;
    log.error({ err: error, upstream: upstream.id }, "a poll failed unexpectedly");
  }

  /** After an outage nobody rests for what was not their fault. */
  function succeeded(): void {
    if (failuresInARow >= OUTAGE_AFTER) {
      for (const waiting of schedule.waiting) {
        waiting.barredUntil = Number.NEGATIVE_INFINITY;
        schedule.waiting.warm(waiting);
      }
      listFailures = 0;
      schedule.barList(Number.NEGATIVE_INFINITY);
    }
    failuresInARow = 0;
  }

  /** Of one order. `newsAt` is when a list was asked for that had news of it. */
  function check(waiting: Waiting, newsAt: number | undefined): Errand | undefined {
    const found = bought(waiting.verification, parts.upstreams);
    if (!found) {
      hooks.drop(waiting);
      return undefined;
    }
    const { toldAt, onPolled } = waiting;
    const asked = [...onPolled];
    const isProof = schedule.isProof(waiting, clock.now());
    const flight = { sentAt: Number.POSITIVE_INFINITY };
    waiting.flight = flight;
    waiting.toldAt = undefined;
    waiting.newsAt = undefined;
    if (toldAt !== undefined || newsAt !== undefined) waiting.hurriedAt = clock.now();

    function stillToFollow(): void {
      waiting.toldAt ??= toldAt;
      waiting.newsAt ??= newsAt;
    }

    async function heard(progress: Progress, sentAt: number): Promise<void> {
      const seen = await apply(waiting.verification, progress);
      // Another poll was answered first.
      if (!schedule.waiting.has(waiting)) return;
      waiting.failures = 0;
      const isCode = progress.state === "received" && seen.status !== "WAITING";
      if (isCode) {
        const by = newsAt ?? sentAt;
        const arrivedAt = arrivalOf(progress.messages, waiting, by);
        learnOfCode(waiting, by, arrivedAt ?? toldAt);
        if (toldAt !== undefined) push.told();
        else push.found(arrivedAt === undefined ? undefined : sentAt - arrivedAt);
        if (newsAt !== undefined) trust?.told();
        else {
          if (isProof) trust?.keptSilent();
          if (waiting.followed === undefined) trust?.found(waiting.verification.orderRef ?? "", sentAt);
        }
      } else {
        learnOfNothing(waiting, sentAt);
        if (toldAt !== undefined || newsAt !== undefined) waiting.emptyLooks += 1;
        if (waiting.emptyLooks < MOST_EMPTY_LOOKS) stillToFollow();
      }
      if (seen.version >= waiting.verification.version) waiting.verification = seen;
      // One that has ended here is kept for a late code, until its upstream has ended it as well.
      if (seen.status !== "WAITING" && progress.state !== "waiting") hooks.drop(waiting);
    }

    return {
      verb: "check",
      async send() {
        const sentAt = clock.now();
        waiting.sentAt = sentAt;
        flight.sentAt = sentAt;
        const progress = await found.desk.check(found.order, UNINTERRUPTED);
        succeeded();
        return () => heard(progress, sentAt);
      },

      failed(error) {
        failed(error);
        stillToFollow();
        waiting.failures += 1;
        waiting.barredUntil = clock.now() + restMs(waiting.failures, LONGEST_REST_MS);
      },

      over() {
        if (waiting.flight === flight) waiting.flight = undefined;
        waiting.answeredAt = clock.now();
        for (const polled of asked) {
          onPolled.delete(polled);
          polled();
        }
      },
    };
  }

  function takeIn(rows: readonly OverviewRow[], sentAt: number): void {
    const byRef = new Map(rows.map((row) => [row.orderRef, row]));
    const collected: Errand[] = [];
    trust?.compare(byRef, sentAt);
    for (const waiting of [...schedule.waiting]) {
      if (waiting.bornAt > sentAt || isAwaited(waiting, clock.now())) continue;
      const row = byRef.get(waiting.verification.orderRef ?? "");
      waiting.unlisted = row ? 0 : waiting.unlisted + 1;
      if (!row) continue;
      if (row.news === undefined) {
        learnOfNothing(waiting, sentAt);
      } else if (row.news !== waiting.followed) {
        waiting.followed = row.news;
        waiting.newsAt = sentAt;
        waiting.emptyLooks = 0;
        schedule.waiting.warm(waiting);
        const errand = collected.length < MOST_COLLECTED_AT_ONCE ? check(waiting, sentAt) : undefined;
        if (errand) collected.push(errand);
      }
    }
    for (const errand of collected) hooks.collect(errand);
  }

  function list(): Errand | undefined {
    const overview = upstream.desks.verification?.overview;
    if (!overview) return undefined;
    return {
      verb: "check",
      async send() {
        const sentAt = clock.now();
        const rows = await overview(UNINTERRUPTED);
        succeeded();
        return async () => {
          listFailures = 0;
          takeIn(rows, sentAt);
        };
      },

      failed(error) {
        failed(error);
        listFailures += 1;
        schedule.barList(clock.now() + restMs(listFailures, LONGEST_LIST_REST_MS));
      },

      over() {},
    };
  }

  return {
    /** Undefined when there is nothing to ask. */
    of(choice: Choice): Errand | undefined {
      if (choice.ask === "nothing") return undefined;
      schedule.sent(choice, clock.now());
      return choice.ask === "list" ? list() : check(choice.waiting, choice.waiting.newsAt);
    },
  };
}

function restMs(failures: number, longest: number): number {
  return Math.min(1_000 * 2 ** (failures - 1), longest);
}

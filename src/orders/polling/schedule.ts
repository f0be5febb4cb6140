import { firstTime } from "./first-time.ts";
import { isMoreUrgent, type Urgency } from "./loop.ts";
import { createPool, type Pool } from "./pool.ts";
import type { ListTrust } from "./trust.ts";
import { endOf, isAwaited, lastLookOf, shift, type Waiting } from "./waiting.ts";
import { createWorth, type WorthParts } from "./worth.ts";

/** A poll that is worth less is not sent, also where the limits would let it through. */
const LEAST_WORTH = 0.002;
/** Of many orders, those rest that are worth less than this share of what was polled lately. */
const COLD_SHARE = 0.4;
const LATELY = 0.1;
/** However many callbacks tell of an order, it is not polled for them more often; half as often after each that was in vain. */
const HURRY_GAP_MS = 1_000;
const MOST_DOUBLINGS = 5;
/** An order that ended longer ago, while the daemon was down, is no more urgent than others. */
const LONG_PAST_MS = 30_000;
const LATE_GAP_MS = 8_000;
/** A longer silence between two calls was not for want of a slot. */
const LONGEST_SLOT_MS = 10_000;
/** Nothing is rested for longer: what an order is worth changes with what is learned, and with who watches. */
const LONGEST_REST_MS = 500;
const SHORTEST_REST_MS = 50;
/** An order that is worth a poll again so soon after its last is not left to rest. */
const LIVELY_MS = 10_000;
/** A cold order is looked at again no later than this, or after as long as it was not polled already. */
const SHORT_COLD_MS = 5_000;
/** Until a list is proven, each order that it has shown as waiting for so long is polled by itself as well. */
const PROOF_MS = 45_000;
/** So many lists in a row that lack an order show that they do not cover it. */
const UNLISTED_AFTER = 2;

/** What to ask next: one order, the list of them all, or nothing for a while. */
export type Choice =
  | {
      readonly ask: "order";
      readonly waiting: Waiting;
      readonly worth: number;
      readonly urgency?: Urgency | undefined;
    }
  | { readonly ask: "list"; readonly worth: number }
  | { readonly ask: "nothing"; readonly forMs: number };

export interface ScheduleParts extends WorthParts {
  /** Time between two polls of one order, and between two lists, at least. */
  readonly gapMs: number;
  /** Absent where there is no list. */
  readonly list: ListTrust | undefined;
}

/** Decides which order is asked about next. It does not ask. */
export interface Schedule {
  readonly waiting: Pool<Waiting>;
  choose(now: number): Choice;
  /** To be called when what was chosen is sent. */
  sent(choice: Choice, now: number): void;
  /** Whether a poll of the order now shows if lists can be trusted. */
  isProof(order: Waiting, now: number): boolean;
  /** The list is not to be asked for before. */
  barList(until: number): void;
}

/** What a look through all orders has found. */
interface Findings {
  /** Told of by a callback or a list, or at its end. */
  urgent: { readonly waiting: Waiting; readonly urgency: Urgency } | undefined;
  /** Of those that a list would show, and of the others. */
  bestListed: Ranked | undefined;
  bestUnlisted: Ranked | undefined;
  /** Ended while the daemon was down, and to be looked at a last time. */
  longPast: Waiting | undefined;
  listWorth: number;
  /** The same at the next slot: it comes no sooner if this slot is another's. */
  listWorthLater: number;
  /** When the next one can be polled, or is worth it. */
  soonest: number;
}

interface Ranked {
  readonly waiting: Waiting;
  readonly worth: number;
}

interface TimedUrgency extends Urgency {
  /** Not before. */
  readonly at: number;
}

export function createSchedule(parts: ScheduleParts): Schedule {
  const { gapMs, list } = parts;
  const worthAt = createWorth(parts);
  const waiting = createPool(isLively);
  let lastNow = Number.NEGATIVE_INFINITY;
  /** What was polled lately was worth about this. */
  let winning = 0;
  /** What lies between two calls, about. */
  let slotMs = 0;
  let lastSentAt = Number.NEGATIVE_INFINITY;
  let listReadyAt = Number.NEGATIVE_INFINITY;
  let listBarredUntil = Number.NEGATIVE_INFINITY;
  let lastWasLongPast = false;

  function followClock(now: number): void {
    const by = now - lastNow;
    if (by < 0) {
      for (const order of waiting) shift(order, by);
      waiting.shift(by);
      listReadyAt += by;
      listBarredUntil += by;
    }
    lastNow = now;
  }

  /** When an order may be polled for what it is worth. */
  function regularAt(order: Waiting, now: number): number {
    const free = Math.max(order.barredUntil, order.answeredAt + gapMs);
    const lastLook = lastLookOf(order);
    // Not yet ended although its time is over: the clock was set forward, and its upstream's was not.
    if (order.isLate || order.lookedAt >= lastLook) return Math.max(free, order.lookedAt + LATE_GAP_MS);
    // The gap before the last look is kept free for it.
    return Math.max(free, now) > lastLook - gapMs ? lastLook : free;
  }

  /** When an order must be polled whatever it is worth, and how urgent that is; undefined when it need not. */
  function urgentAt(order: Waiting, now: number): TimedUrgency | undefined {
    const news = newsOf(order);
    if (news && news.at <= now) return news;
    return lookDue(order, now) ?? news;
  }

  function newsOf(order: Waiting): TimedUrgency | undefined {
    const since = order.toldAt ?? order.newsAt;
    if (since === undefined) return undefined;
    const gap = HURRY_GAP_MS * 2 ** Math.min(order.failures + order.emptyLooks, MOST_DOUBLINGS);
    return { at: order.hurriedAt + gap, isNews: true, since };
  }

  function lookDue(order: Waiting, now: number): TimedUrgency | undefined {
    const lastLook = lastLookOf(order);
    const seenAt = list?.isProven() === false ? order.sentAt : order.lookedAt;
    const isUnseenAtEnd = now >= lastLook && seenAt < lastLook && !order.isLate;
    if (isUnseenAtEnd) return { at: order.barredUntil, isNews: false, since: lastLook };
    const at = Math.max(order.barredUntil, order.answeredAt + gapMs);
    if (order.onPolled.size > 0) return { at, isNews: false, since: lastLook };
    return list && !list.isProven() && isProof(order, now) ? { at, isNews: false, since: order.bornAt } : undefined;
  }

  /** Whether a poll of the order now shows what lists are worth: they alone have looked at it, and have just done so. */
  function isProof(order: Waiting, now: number): boolean {
    const isListedAlone = !Number.isFinite(order.sentAt) && order.lookedAt > Math.max(order.bornAt, now - PROOF_MS / 4);
    return isListedAlone && now >= order.bornAt + PROOF_MS;
  }

  /** Whether the list would tell of its code. It says no more of one whose news were followed before the code was there. */
  function isCovered({ unlisted, followed, isLate }: Waiting): boolean {
    return unlisted < UNLISTED_AFTER && followed === undefined && !isLate;
  }

  /** Whether an order that is polled now will be worth a poll again before long. */
  function isLively(order: Waiting): boolean {
    const polledNow = { ...order, lookedAt: Math.max(lastNow, order.bornAt) };
    return worthAt(polledNow, polledNow.lookedAt + LIVELY_MS) >= COLD_SHARE * Math.max(winning, LEAST_WORTH);
  }

  /** Until when an order is surely worth little; undefined when it is not worth little now. */
  function coldUntil(order: Waiting, worth: number, now: number): number | undefined {
    const enough = COLD_SHARE * Math.max(winning, LEAST_WORTH);
    if (worth >= enough || now >= lastLookOf(order)) return undefined;
    const late = Math.min(now + Math.max(SHORT_COLD_MS, now - order.lookedAt), lastLookOf(order));
    return firstTime((time) => worthAt(order, time) >= enough, now, late, SHORTEST_REST_MS);
  }

  /** When an order that is worth too little will be worth a poll, by how its worth grows with the time since the last. */
  function worthwhileAt(order: Waiting, worth: number, now: number): number {
    const wait = (now - order.lookedAt) * (Math.sqrt(LEAST_WORTH / worth) - 1);
    return now + Math.max(Number.isNaN(wait) ? LONGEST_REST_MS : wait, SHORTEST_REST_MS);
  }

  function look(order: Waiting, now: number, found: Findings, mayRest: boolean): number | undefined {
    if (isAwaited(order, now)) return undefined;
    const urgent = urgentAt(order, now);
    if (urgent && urgent.at > now) {
      found.soonest = Math.min(found.soonest, urgent.at);
      // What was in vain for its news is still worth what any other is.
      if (!urgent.isNews) return undefined;
    } else if (urgent) {
      if (now - endOf(order) > LONG_PAST_MS && order.toldAt === undefined) found.longPast ??= order;
      else if (!found.urgent || isMoreUrgent(urgent, found.urgent.urgency)) {
        found.urgent = { waiting: order, urgency: urgent };
      }
      return undefined;
    }
    const worth = worthAt(order, now);
    const isListed = list && !list.isDisproven() && isCovered(order);
    if (isListed) {
      found.listWorth += worth;
      found.listWorthLater += worthAt(order, now + slotMs);
    }
    const at = regularAt(order, now);
    if (at > now) {
      found.soonest = Math.min(found.soonest, at);
    } else {
      const ranked = { waiting: order, worth };
      if (isListed) found.bestListed = better(found.bestListed, ranked);
      else found.bestUnlisted = better(found.bestUnlisted, ranked);
      if (worth < LEAST_WORTH) found.soonest = Math.min(found.soonest, worthwhileAt(order, worth, now));
    }
    return mayRest && !urgent ? coldUntil(order, worth, now) : undefined;
  }

  function decide(found: Findings, now: number): Choice {
    if (found.urgent) return { ask: "order", ...found.urgent, worth: Number.POSITIVE_INFINITY };
    if (found.longPast && !lastWasLongPast) {
      return { ask: "order", waiting: found.longPast, worth: Number.POSITIVE_INFINITY };
    }
    const { bestListed, bestUnlisted } = found;
    // More than one order must be worth something, or it is polled by itself.
    const preferList = now >= listBarredUntil && found.listWorth > (bestListed?.worth ?? 0);
    const single = preferList || !bestListed ? bestUnlisted : better(bestUnlisted, bestListed);
    const isListDue = preferList && now >= listReadyAt && found.listWorth >= LEAST_WORTH;
    if (isListDue && found.listWorthLater >= (single?.worth ?? 0)) {
      const isSample = bestListed && list?.isSampleDue();
      return isSample ? { ask: "order", ...bestListed } : { ask: "list", worth: found.listWorth };
    }
    if (single && single.worth >= LEAST_WORTH) return { ask: "order", ...single };
    if (found.longPast) return { ask: "order", waiting: found.longPast, worth: LEAST_WORTH };
    if (waiting.size === 0) return { ask: "nothing", forMs: Number.POSITIVE_INFINITY };
    const until = preferList ? Math.min(found.soonest, Math.max(listReadyAt, now + SHORTEST_REST_MS)) : found.soonest;
    return { ask: "nothing", forMs: Math.min(until - now, LONGEST_REST_MS) };
  }

  return {
    waiting,

    choose(now) {
      followClock(now);
      const found: Findings = {
        urgent: undefined,
        bestListed: undefined,
        bestUnlisted: undefined,
        longPast: undefined,
        listWorth: 0,
        listWorthLater: 0,
        soonest: Number.POSITIVE_INFINITY,
      };
      waiting.lookThrough(now, (order, mayRest) => look(order, now, found, mayRest));
      return decide(found, now);
    },

    sent(choice, now) {
      slotMs += LATELY * (Math.min(Math.max(now - lastSentAt, 0), LONGEST_SLOT_MS) - slotMs);
      lastSentAt = now;
      if (choice.ask === "list") {
        listReadyAt = now + gapMs;
        list?.asked();
      }
      if (choice.ask !== "order") return;
      if (isCovered(choice.waiting) && !choice.urgency) list?.sampled();
      lastWasLongPast = now - endOf(choice.waiting) > LONG_PAST_MS;
      if ((urgentAt(choice.waiting, now)?.at ?? Number.POSITIVE_INFINITY) > now)
        winning += LATELY * (worthAt(choice.waiting, now) - winning);
    },

    isProof,

    barList(until) {
      listBarredUntil = until;
    },
  };
}

function better(one: Ranked | undefined, other: Ranked): Ranked {
  return one && one.worth >= other.worth ? one : other;
}

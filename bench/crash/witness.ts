import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import type { CallerName } from "./daemon.ts";
import type { Holding } from "./holdings.ts";

/** All that callers were shown of one thing that they have. */
export interface Shown {
  readonly product: Holding["product"];
  status: string;
  goods: string;
  readonly codes: Set<string>;
  readonly messageIds: Set<string>;
  /** Of each attempt, in order, as it was last shown. */
  outcomes: readonly Outcome[];
  /** The most. */
  totalDays: number;
  /** The latest. */
  expireMs: number;
}

export interface News {
  readonly id: string;
  readonly caller: CallerName;
  /** As it was when the news was taken: watchers go on being shown more. */
  readonly shown: Shown;
}

/** Remembers what callers were shown, so that nothing of it can be taken back unnoticed. */
export interface Witness {
  note(caller: CallerName, holding: Holding): void;
  /** Takes what was shown since the last time. */
  takeNews(): readonly News[];
  /** It could not be looked at: it counts as news again. */
  putBack(news: readonly News[]): void;
  all(): readonly (readonly [id: string, shown: Shown])[];
  /** Those that were ever shown with an uncertain purchase. */
  readonly uncertain: Set<string>;
  /** What contradicts something that was shown before, whoever is right. */
  readonly contradictions: readonly string[];
}

/** What each status may become. Nobody in this load asks for another code. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  PENDING: ["WAITING", "ACTIVE", "FAILED"],
  WAITING: ["RECEIVED", "CANCELLED", "EXPIRED"],
  RECEIVED: ["COMPLETED"],
  ACTIVE: ["EXPIRED", "CANCELLED"],
};

/** Whether what was `before` may be `now` later, or still. */
function mayBecome(before: string, now: string): boolean {
  return before === now || (NEXT[before] ?? []).some((status) => mayBecome(status, now));
}

const SETTLED: readonly Outcome[] = [Outcome.BOUGHT, Outcome.REFUSED];

/** An upstream's own word on a rental's end may be so much earlier than what was worked out before. */
export const ENDS_DIFFER_MS = 150_000;

export function createWitness(): Witness {
  const all = new Map<string, Shown>();
  const contradictions: string[] = [];
  const uncertain = new Set<string>();
  let news = new Map<string, CallerName>();

  return {
    note(caller, { id, product, status, goods, attempts, code, messages, totalDays, expireMs }) {
      const known = all.get(id) ?? {
        product,
        status,
        goods,
        codes: new Set(),
        messageIds: new Set(),
        outcomes: [],
        totalDays,
        expireMs,
      };
      all.set(id, known);
      news.set(id, caller);
      if (known.goods !== "" && goods !== "" && goods !== known.goods) {
        contradictions.push(`${id} was shown with two numbers or codes`);
      }
      known.goods ||= goods;
      // Answers to calls at the same time may overtake each other.
      if (mayBecome(known.status, status)) known.status = status;
      known.totalDays = Math.max(known.totalDays, totalDays);
      known.expireMs = Math.max(known.expireMs, expireMs);
      if (code !== undefined) known.codes.add(code);
      for (const { messageId } of messages) known.messageIds.add(messageId);
      if (attempts.length >= known.outcomes.length) {
        known.outcomes = attempts.map(({ outcome }, index) => laterOutcome(known.outcomes[index], outcome));
      }
      if (attempts.at(-1)?.outcome === Outcome.UNCERTAIN) uncertain.add(id);
    },
    takeNews() {
      const taken = [...news].flatMap(([id, caller]) => {
        const shown = all.get(id);
        return shown ? [{ id, caller, shown: structuredClone(shown) }] : [];
      });
      news = new Map();
      return taken;
    },
    putBack(missed) {
      for (const { id, caller } of missed) news.set(id, caller);
    },
    all: () => [...all],
    uncertain,
    contradictions,
  };
}

/** What `present` takes back of what was shown, in words. */
export function forgotten(shown: Shown, present: Holding | undefined): readonly string[] {
  if (!present) return ["is not there"];
  const { status, goods, messages, attempts, totalDays, expireMs } = present;
  const codes = messages.map(({ code }) => code);
  const messageIds = messages.map(({ messageId }) => messageId);
  const kept = (before: Outcome, index: number) => {
    const now = attempts[index]?.outcome;
    return now !== undefined && (now === before || !SETTLED.includes(before));
  };
  return [
    ...(mayBecome(shown.status, status) ? [] : [`was shown ${shown.status} and is ${status}`]),
    ...(shown.goods === "" || shown.goods === goods ? [] : ["has another number or code than was shown"]),
    ...([...shown.codes].every((code) => codes.includes(code)) ? [] : ["lacks a code that was shown"]),
    ...([...shown.messageIds].every((id) => messageIds.includes(id)) ? [] : ["lacks a message that was shown"]),
    ...(shown.outcomes.every(kept) ? [] : ["has other attempts than were shown"]),
    ...(shown.totalDays <= totalDays ? [] : [`was shown with ${shown.totalDays} days and has ${totalDays}`]),
    ...(shown.expireMs - ENDS_DIFFER_MS <= expireMs ? [] : ["ends sooner than was shown"]),
  ];
}

function laterOutcome(before: Outcome | undefined, now: Outcome): Outcome {
  return before !== undefined && SETTLED.includes(before) ? before : now;
}

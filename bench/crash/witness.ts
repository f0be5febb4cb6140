import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { VerificationStatus as Status, type Verification } from "../../gen/numgate/v1/verification_pb.ts";
import type { CallerName } from "./daemon.ts";

/** All that callers were shown of one verification. */
export interface Shown {
  status: Status;
  phoneNumber: string;
  readonly codes: Set<string>;
  readonly messageIds: Set<string>;
  /** Of each attempt, in order, as it was last shown. */
  outcomes: readonly Outcome[];
}

export interface News {
  readonly id: string;
  readonly caller: CallerName;
  /** As it was when the news was taken: watchers go on being shown more. */
  readonly shown: Shown;
}

/** Remembers what callers were shown, so that nothing of it can be taken back unnoticed. */
export interface Witness {
  note(caller: CallerName, verification: Verification): void;
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
const NEXT: readonly (readonly [Status, readonly Status[]])[] = [
  [Status.PENDING, [Status.WAITING, Status.FAILED]],
  [Status.WAITING, [Status.RECEIVED, Status.CANCELLED, Status.EXPIRED]],
  [Status.RECEIVED, [Status.COMPLETED]],
];

/** Whether what was `before` may be `now` later, or still. */
function mayBecome(before: Status, now: Status): boolean {
  if (before === now) return true;
  const next = NEXT.find(([status]) => status === before)?.[1] ?? [];
  return next.some((status) => mayBecome(status, now));
}

const SETTLED: readonly Outcome[] = [Outcome.BOUGHT, Outcome.REFUSED];

export function createWitness(): Witness {
  const all = new Map<string, Shown>();
  const contradictions: string[] = [];
  const uncertain = new Set<string>();
  let news = new Map<string, CallerName>();

  return {
    note(caller, verification) {
      const { verificationId, status, phoneNumber, attempts } = verification;
      const known = all.get(verificationId) ?? {
        status,
        phoneNumber,
        codes: new Set(),
        messageIds: new Set(),
        outcomes: [],
      };
      all.set(verificationId, known);
      news.set(verificationId, caller);
      if (known.phoneNumber !== "" && phoneNumber !== "" && phoneNumber !== known.phoneNumber) {
        contradictions.push(`${verificationId} was shown with two numbers`);
      }
      known.phoneNumber ||= phoneNumber;
      // Answers to calls at the same time may overtake each other.
      if (mayBecome(known.status, status)) known.status = status;
      if (verification.code !== undefined) known.codes.add(verification.code);
      for (const { messageId } of verification.messages) known.messageIds.add(messageId);
      if (attempts.length >= known.outcomes.length) {
        known.outcomes = attempts.map(({ outcome }, index) => laterOutcome(known.outcomes[index], outcome));
      }
      if (attempts.at(-1)?.outcome === Outcome.UNCERTAIN) uncertain.add(verificationId);
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
export function forgotten(shown: Shown, present: Verification | undefined): readonly string[] {
  if (!present) return ["is not there"];
  const { status, phoneNumber, messages, attempts } = present;
  const codes = messages.map(({ code }) => code);
  const messageIds = messages.map(({ messageId }) => messageId);
  const kept = (before: Outcome, index: number) => {
    const now = attempts[index]?.outcome;
    return now !== undefined && (now === before || !SETTLED.includes(before));
  };
  return [
    ...(mayBecome(shown.status, status) ? [] : [`was shown ${nameOf(shown.status)} and is ${nameOf(status)}`]),
    ...(shown.phoneNumber === "" || shown.phoneNumber === phoneNumber ? [] : ["has another number than was shown"]),
    ...([...shown.codes].every((code) => codes.includes(code)) ? [] : ["lacks a code that was shown"]),
    ...([...shown.messageIds].every((id) => messageIds.includes(id)) ? [] : ["lacks a message that was shown"]),
    ...(shown.outcomes.every(kept) ? [] : ["has other attempts than were shown"]),
  ];
}

export function nameOf(status: Status): string {
  return Object.entries(Status).find(([, value]) => value === status)?.[0] ?? `status ${status}`;
}

function laterOutcome(before: Outcome | undefined, now: Outcome): Outcome {
  return before !== undefined && SETTLED.includes(before) ? before : now;
}

import type { ReceivedMessage } from "../../core/desks.ts";
import { cameAt, cameIn, nothingIn } from "./observation.ts";
import { ageAt, type Waiting } from "./waiting.ts";

/** A call that was sent at this time said that there is no code yet. */
export function learnOfNothing(waiting: Waiting, sentAt: number): void {
  if (sentAt <= waiting.lookedAt) return;
  if (waiting.isLookKnown)
    waiting.law.learn(nothingIn(waiting.law.hazard().edges, ageAt(waiting, waiting.lookedAt), ageAt(waiting, sentAt)));
  waiting.lookedAt = sentAt;
  waiting.isLookKnown = true;
}

/** A code has come by this time, and at `exactAt` where that is known. */
export function learnOfCode(waiting: Waiting, by: number, exactAt: number | undefined): void {
  if (!waiting.isLookKnown) return;
  const from = ageAt(waiting, waiting.lookedAt);
  const to = Math.max(ageAt(waiting, by), from);
  const hazard = waiting.law.hazard();
  const exact = exactAt === undefined ? undefined : Math.max(ageAt(waiting, exactAt), from);
  waiting.law.learn(exact === undefined ? cameIn(hazard, from, to) : cameAt(hazard.edges, from, exact));
}

/** When a message came, as the upstream says; undefined where it says nothing, or what cannot be. */
export function arrivalOf(messages: readonly ReceivedMessage[], { lookedAt }: Waiting, by: number): number | undefined {
  return messages
    .map(({ receiveTime }) => receiveTime?.getTime())
    .find((time) => time && time > lookedAt && time <= by);
}

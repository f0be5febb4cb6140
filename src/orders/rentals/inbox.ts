import type { ReceivedMessage } from "../../core/desks.ts";
import type { Message } from "../../core/verification.ts";
import { timeOf, toMessage } from "../messages.ts";

/** Of one answer: an upstream that says more has lost its mind. */
const MOST_MESSAGES = 2_000;

/** A message as it is recorded; anonymous when it alone is shown, and nothing but what it says tells it from others. */
export type Collected = Message & { readonly isAnonymous: boolean };

/**
 * What an upstream showed, oldest first, each under an id that is the same whenever it is shown again. Where the upstream
 * has none, that is made of the sender, the text and the time; the nth of equal ones is another message than the first.
 */
export function collect(shown: readonly ReceivedMessage[], seenTime: Date): readonly Collected[] {
  const seen = new Map<string, number>();
  return oldestFirst(shown.slice(0, MOST_MESSAGES)).map((received) => {
    const message = toMessage(received, seenTime);
    const isAnonymous = shown.length === 1 && !received.messageId && timeOf(received) === undefined;
    if (received.messageId || isAnonymous) return { ...message, isAnonymous };
    const nth = (seen.get(message.messageId) ?? 0) + 1;
    seen.set(message.messageId, nth);
    return { ...message, messageId: nth === 1 ? message.messageId : `${message.messageId}.${nth}`, isAnonymous };
  });
}

/** Most upstreams show the newest first. Times are by the minute at some, so that ties keep the order they are shown in. */
function oldestFirst(shown: readonly ReceivedMessage[]): readonly ReceivedMessage[] {
  const [first, last] = [shown[0], shown.at(-1)].map((message) => message && timeOf(message));
  const isOldestFirst = first !== undefined && last !== undefined && first < last;
  const ordered = isOldestFirst ? shown : shown.toReversed();
  return ordered.toSorted((a, b) => (timeOf(a) ?? 0) - (timeOf(b) ?? 0));
}

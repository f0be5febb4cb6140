import type { Offer } from "./offer.ts";
import { createRandom } from "./random.ts";

/** How long after its purchase an order's code arrives. Infinity is never. */
export type CodeDelay = number | { readonly min: number; readonly max: number };

export interface Message {
  readonly text: string;
  /** Undefined for a text without one. */
  readonly code: string | undefined;
  /** Milliseconds since the epoch; may lie ahead, and Infinity is never. */
  readonly arriveTime: number;
}

export interface Messages {
  /** The message that an order bought now is going to receive by itself. */
  schedule(offer: Offer, now: number): Message;
  /** A message that arrives now. Without a code it has the first that its text holds; without both, a drawn one. */
  write(offer: Offer, now: number, words: { text?: string | undefined; code?: string | undefined }): Message;
  /** For the orders bought from now on. */
  setDelay(delay: CodeDelay): void;
  reset(): void;
}

const FIRST_CODE = /(?<!\d)\d{4,8}(?!\d)/;

export function createMessages(seed: number, defaultDelay: CodeDelay): Messages {
  let random = createRandom(seed);
  let delay = defaultDelay;

  const drawCode = () => String(Math.floor(random() * 1_000_000)).padStart(6, "0");
  const drawDelay = () => {
    if (typeof delay === "number") return delay;
    return Math.round(delay.min + random() * (delay.max - delay.min));
  };
  const textOf = (offer: Offer, code: string) => `Your ${offer.service} code is ${code}`;

  return {
    schedule(offer, now) {
      const code = drawCode();
      const drawn = drawDelay();
      const wait = offer.scenario === "never" ? Number.POSITIVE_INFINITY : offer.scenario === "instant" ? 0 : drawn;
      return { text: textOf(offer, code), code, arriveTime: now + wait };
    },
    write(offer, now, { text, code }) {
      if (text !== undefined) return { text, code: code ?? FIRST_CODE.exec(text)?.[0], arriveTime: now };
      const given = code ?? drawCode();
      return { text: textOf(offer, given), code: given, arriveTime: now };
    },
    setDelay(next) {
      delay = next;
    },
    reset() {
      random = createRandom(seed);
      delay = defaultDelay;
    },
  };
}

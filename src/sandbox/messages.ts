import { type Offer, productOf } from "./offer.ts";
import { createRandom } from "./random.ts";

/** How long after its purchase an order's code arrives. Infinity is never. */
export type CodeDelay = number | { readonly min: number; readonly max: number };

export interface Message {
  /** Counts the messages of a run. */
  readonly number: number;
  readonly sender: string;
  readonly text: string;
  /** Undefined for a text without one. */
  readonly code: string | undefined;
  /** Milliseconds since the epoch; may lie ahead. */
  readonly arriveTime: number;
}

export interface MessageWords {
  readonly text?: string | undefined;
  readonly code?: string | undefined;
  readonly sender?: string | undefined;
}

export interface Messages {
  /** What an order bought now is going to receive by itself. */
  schedule(offer: Offer, now: number): Message[];
  /** A message that arrives now. Without a code it has the first that its text holds; without both, a drawn one. */
  write(offer: Offer, now: number, words: MessageWords): Message;
  /** For the orders bought from now on. */
  setDelay(delay: CodeDelay): void;
  reset(): void;
}

const FIRST_CODE = /(?<!\d)\d{4,8}(?!\d)/;
const LATE_MS = 60_000;
const SECOND_MESSAGE_MS = 4000;
const DEFAULT_SENDER = "+15551234567";

export function createMessages(seed: number, defaultDelay: CodeDelay): Messages {
  let random = createRandom(seed);
  let delay = defaultDelay;
  let written = 0;

  const drawCode = () => String(Math.floor(random() * 1_000_000)).padStart(6, "0");
  const drawDelay = () => {
    if (typeof delay === "number") return delay;
    return Math.round(delay.min + random() * (delay.max - delay.min));
  };

  function compose({ brand, service }: Offer, arriveTime: number, { text, code, sender }: MessageWords): Message {
    written += 1;
    const common = { number: written, sender: sender ?? DEFAULT_SENDER, arriveTime };
    if (text !== undefined) return { ...common, text, code: code ?? FIRST_CODE.exec(text)?.[0] };
    const given = code ?? drawCode();
    return { ...common, text: `Your ${brand ?? service} code is ${given}`, code: given };
  }

  return {
    schedule(offer, now) {
      if (productOf(offer) === "esim") return [];
      const code = drawCode();
      const usual = drawDelay();
      return waits(offer, usual)
        .filter(Number.isFinite)
        .map((wait, index) => compose(offer, now + wait, index === 0 ? { code } : {}));
    },
    write: compose,
    setDelay(next) {
      delay = next;
    },
    reset() {
      random = createRandom(seed);
      delay = defaultDelay;
      written = 0;
    },
  };
}

function waits({ scenario }: Offer, usual: number): number[] {
  switch (scenario) {
    case "never":
      return [];
    case "instant":
      return [0];
    case "late":
      return [LATE_MS];
    case "two_messages":
      return [usual, usual + SECOND_MESSAGE_MS];
    default:
      return [usual];
  }
}

/** Time as the gateway sees it, so that a test can turn it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;

  /** Runs `action` once, `delayMs` from now. The function that comes back calls it off. */
  after(delayMs: number, action: () => void): () => void;
}

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, action) {
    // A longer delay would fire at once: Node takes 32 bits of it.
    const timer = setTimeout(action, Math.min(Math.max(delayMs, 0), LONGEST_TIMEOUT_MS));
    return () => clearTimeout(timer);
  },
};

/** Resolves after the delay, or as soon as the signal aborts: look at the signal to know which. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener("abort", done, { once: true });
  });
}

export interface TimeLimit {
  readonly signal: AbortSignal;
  callOff(): void;
}

/** A signal that aborts after the delay, unless it is called off before. */
export function timeLimit(clock: Clock, delayMs: number): TimeLimit {
  const controller = new AbortController();
  const callOff = clock.after(delayMs, () => controller.abort());
  return { signal: controller.signal, callOff };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Resolves when the promise does, or once the time is over. */
export async function atMost(clock: Clock, delayMs: number, promise: Promise<unknown> | undefined): Promise<void> {
  const patience = timeLimit(clock, delayMs);
  await Promise.race([promise, aborted(patience.signal)]);
  patience.callOff();
}

/** For calls that must run to their end whoever has gone away: they have a deadline of their own. */
export const UNINTERRUPTED: AbortSignal = new AbortController().signal;

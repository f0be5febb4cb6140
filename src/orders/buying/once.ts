import { type Clock, timeLimit } from "../../core/clock.ts";
import { GatewayError } from "../../core/error.ts";
import { createSingleFlight } from "../single-flight.ts";

/** A caller who sets no deadline is answered within this. */
const LONGEST_PATIENCE_MS = 60_000;
/** Kept back of a caller's deadline, so that the answer reaches it in time. */
const ANSWER_MARGIN = { share: 0.1, mostMs: 1_000 };

/** How a call that spends was made. */
export interface CallOptions {
  /** Empty: one is made, and a lost answer cannot be asked for again. */
  readonly requestId: string;
  /** The same for the same request as it was sent, whatever it means by now. */
  readonly fingerprint: string;
  /** Aborts when the caller has gone away. */
  readonly signal: AbortSignal;
  /** What is left of the caller's deadline. */
  readonly timeoutMs?: number | undefined;
}

/** What is asked for once, and how to tell what has become of it. */
export interface OnceParts<State> {
  readonly clock: Clock;
  readonly idField: string;
  idOf(state: State): string;
  isPending(state: State): boolean;
  /** As it is now. */
  read(state: State): Promise<State>;
  /** Resolves with true once what was uncertain is settled; with false when that takes too long. */
  settled(id: string): Promise<boolean>;
  /** Why what was settled cannot be had; undefined when it can. */
  whyNothing(state: State): GatewayError | undefined;
  uncertain(state: State): GatewayError;
}

/** What a new wish is recorded as, and what buys it. */
export interface Begun<State> {
  readonly state: State;
  /** False when another call with the same request id was first. */
  readonly created: boolean;
  buy(): Promise<State>;
}

export interface Once<State> {
  /**
   * Answers with what `known` finds for the request id, or begins. Whoever asks again while it is bought waits for that;
   * the caller is answered in time, while a purchase that was sent goes on and stays theirs.
   */
  run(
    options: CallOptions,
    known: () => Promise<State | undefined>,
    begin: (gone: AbortSignal) => Promise<Begun<State>>,
  ): Promise<State>;
  /** The purchase that is under way for that id, if one is. */
  underWay(id: string): Promise<State> | undefined;
  /** Resolves when no purchase is under way. */
  idle(): Promise<void>;
}

/** Each request id buys once, and whoever asks again gets what became of it. */
export function createOnce<State>(parts: OnceParts<State>): Once<State> {
  const { clock, idOf, isPending } = parts;
  const buying = createSingleFlight<State>();

  /** An earlier call with the same request id: its purchase is waited for, never repeated. */
  async function earlier(state: State): Promise<State> {
    if (!isPending(state)) return state;
    const running = buying.underWay(idOf(state));
    if (running) return running;
    const present = await parts.read(state);
    if (!isPending(present)) return present;
    throw parts.uncertain(present);
  }

  /** Whoever still waits for an uncertain purchase is told what became of it, if that is found out soon. */
  async function heardOut(purchase: Promise<State>, state: State): Promise<State> {
    try {
      return await purchase;
    } catch (error) {
      if (!(error instanceof GatewayError) || error.reason !== "PURCHASE_UNCERTAIN") throw error;
      if (!(await parts.settled(idOf(state)))) throw error;
      const settled = await parts.read(state);
      const nothing = parts.whyNothing(settled);
      if (nothing) throw nothing;
      return settled;
    }
  }

  /** A purchase that was not sent ends by itself once patience is over, with a better reason: it has the grace for that. */
  function withinPatience(
    purchase: Promise<State>,
    id: string,
    patience: AbortSignal,
    grace: () => AbortSignal,
  ): Promise<State> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        reject(
          new GatewayError("PURCHASE_UNCERTAIN", `the purchase of ${id} is still under way`, {
            metadata: { [parts.idField]: id },
          }),
        );
      };
      const onAbort = () => grace().addEventListener("abort", giveUp, { once: true });
      patience.addEventListener("abort", onAbort, { once: true });
      purchase.then(resolve, reject).finally(() => patience.removeEventListener("abort", onAbort));
    });
  }

  return {
    async run({ requestId, signal, timeoutMs = LONGEST_PATIENCE_MS }, known, begin) {
      const whole = Math.min(timeoutMs, LONGEST_PATIENCE_MS);
      const marginMs = Math.min(whole * ANSWER_MARGIN.share, ANSWER_MARGIN.mostMs);
      const patience = timeLimit(clock, whole - marginMs);
      const answer = (purchase: Promise<State>, state: State) =>
        withinPatience(
          heardOut(purchase, state),
          idOf(state),
          patience.signal,
          () => timeLimit(clock, marginMs / 2).signal,
        );
      const gone = AbortSignal.any([signal, patience.signal]);
      try {
        const found = requestId === "" ? undefined : await known();
        if (found) return await answer(earlier(found), found);
        const { state, created, buy } = await begin(gone);
        const bought = created ? buying.run(idOf(state), buy) : earlier(state);
        return await answer(bought, state);
      } finally {
        patience.callOff();
      }
    },
    underWay: buying.underWay,
    idle: buying.idle,
  };
}

/** Whether a job made its call, and so used the tokens that it held. */
export interface Outcome {
  readonly sent: boolean;
}

export const NOT_SENT: Outcome = { sent: false };

/** What a call waits at on its way out. */
export interface Gate {
  /**
   * Runs the job, which never throws, once it may pass. When `dropped` resolves while the job waits at another gate, it
   * is not waited for any more.
   */
  schedule(priority: number, job: () => Promise<Outcome>, dropped: Promise<void>): Promise<Outcome>;
  /** Counts a call that was sent at that time. */
  remember(time: Date): void;
}

/** Runs the job behind all these gates, first one first. */
export function pass(
  [gate, ...further]: readonly Gate[],
  priority: number,
  job: () => Promise<Outcome>,
  dropped: Promise<void>,
): Promise<Outcome> {
  return gate ? gate.schedule(priority, () => pass(further, priority, job, dropped), dropped) : job();
}

/** Two ways out: a call takes the one that is free first. */
export function either(usual: readonly Gate[], other: readonly Gate[]): Gate {
  return {
    async schedule(priority, job, dropped) {
      let passed = false;
      const take = (way: readonly Gate[], lost: Promise<void>, won: () => void): Promise<Outcome> => {
        const first = async () => {
          if (passed) return NOT_SENT;
          passed = true;
          won();
          return job();
        };
        const over = Promise.race([dropped, lost]);
        // Also while it waits for the way's first gate, where it has nothing to give back.
        return Promise.race([pass(way, priority, first, over), over.then(() => NOT_SENT)]);
      };
      const [usualWon, otherWon] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const outcomes = await Promise.all([
        take(usual, otherWon.promise, usualWon.resolve),
        take(other, usualWon.promise, otherWon.resolve),
      ]);
      return { sent: outcomes.some(({ sent }) => sent) };
    },
    remember(time) {
      for (const gate of usual) gate.remember(time);
    },
  };
}

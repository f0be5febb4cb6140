/** Work of which there is one at a time for each key: whoever asks meanwhile shares it. */
export interface SingleFlight<T> {
  /** Starts the work, unless it is under way for this key. */
  run(key: string, start: () => Promise<T>): Promise<T>;
  underWay(key: string): Promise<T> | undefined;
  /** Resolves when none of what is under way now is any more. */
  idle(): Promise<void>;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Promise<T>>();
  return {
    run(key, start) {
      const flight = flights.get(key) ?? start().finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
    underWay: (key) => flights.get(key),
    async idle() {
      await Promise.allSettled(flights.values());
    },
  };
}

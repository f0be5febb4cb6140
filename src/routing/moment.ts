/**
 * What is worked out of an upstream, or of a name at it, for a time: asked for place after place, it is looked up. There
 * are as many names as countries and services.
 */
export interface Moment<T> {
  of(upstream: string, time: number, name?: string): T;
  /** Something was counted of the upstream. */
  forget(upstream: string): void;
}

export function createMoment<T>(workOut: (upstream: string, time: number, name: string) => T): Moment<T> {
  const known = new Map<string, Map<string, { time: number; value: T }>>();
  return {
    of(upstream, time, name = "") {
      let names = known.get(upstream);
      if (!names) {
        names = new Map();
        known.set(upstream, names);
      }
      const before = names.get(name);
      if (before?.time === time) return before.value;
      const value = workOut(upstream, time, name);
      if (before) {
        before.time = time;
        before.value = value;
      } else {
        names.set(name, { time, value });
      }
      return value;
    },
    forget: (upstream) => void known.delete(upstream),
  };
}

import type { Verb } from "../core/desks.ts";
import type { Upstream } from "../core/upstream.ts";

/** Gives the request that is made in the place of another. Asked when that one is handed over, or chosen for a poll. */
export type WrapTask = <T>(upstream: string, verb: Verb, task: () => Promise<T>) => () => Promise<T>;

/** The same upstreams, each request to them wrapped. */
export function wrapTasks(upstreams: ReadonlyMap<string, Upstream>, wrap: WrapTask): ReadonlyMap<string, Upstream> {
  const wrapped = [...upstreams.values()].map((upstream): [string, Upstream] => [
    upstream.id,
    {
      ...upstream,
      run: (verb, task, signal) => upstream.run(verb, wrap(upstream.id, verb, task), signal),
      poll(choose, signal) {
        const chosen = () => {
          const poll = choose();
          return poll && { ...poll, send: wrap(upstream.id, poll.verb, poll.send) };
        };
        return upstream.poll(chosen, signal);
      },
    },
  ]);
  return new Map(wrapped);
}

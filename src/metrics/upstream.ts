import { Counter, type Registry } from "prom-client";
import type { Verb } from "../core/desks.ts";
import { GatewayError } from "../core/error.ts";
import type { Upstream } from "../core/upstream.ts";
import { wrapTasks } from "../upstream/wrap.ts";

/** The same upstreams, the requests to them counted. */
export function countCalls(
  upstreams: ReadonlyMap<string, Upstream>,
  registry: Registry,
): ReadonlyMap<string, Upstream> {
  const calls = new Counter({
    name: "numgate_upstream_calls_total",
    help: "Requests sent to upstreams: ok, refused (an answer that says no), or failed (no answer to be believed).",
    labelNames: ["upstream", "verb", "outcome"] as const,
    registers: [registry],
  });

  async function counted<T>(upstream: string, verb: Verb, task: () => Promise<T>): Promise<T> {
    try {
      const result = await task();
      calls.inc({ upstream, verb, outcome: "ok" });
      return result;
    } catch (error) {
      calls.inc({ upstream, verb, outcome: error instanceof GatewayError ? "refused" : "failed" });
      throw error;
    }
  }

  return wrapTasks(upstreams, (upstream, verb, task) => () => counted(upstream, verb, task));
}

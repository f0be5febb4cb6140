import { Secret } from "../core/secret.ts";
import { isLocal } from "./rules.ts";
import type { Config } from "./types.ts";

/** The file's top-level keys that a reload changes. */
export interface Reload {
  /** These take effect at once. */
  readonly applied: string[];
  /** These stay as they were until the daemon starts again. */
  readonly needsRestart: string[];
}

const KEYS: Readonly<Record<string, (config: Config) => unknown>> = {
  listen: (config) => config.listen,
  database: (config) => config.database,
  log_level: (config) => config.logLevel,
  tls: (config) => config.tls,
  callers: (config) => config.callers,
  upstreams: (config) => [config.sandbox, config.upstreams],
  routing: (config) => config.routing,
  retention: (config) => config.retention,
};

/** What a running daemon can take over from a new configuration, and what it cannot. */
export function describeReload(before: Config, after: Config): Reload {
  const changed = Object.keys(KEYS).filter(
    (key) => fingerprint(KEYS[key]?.(before)) !== fingerprint(KEYS[key]?.(after)),
  );
  const live = new Set(["log_level"]);
  // The old listeners stay open. Without callers, one that other machines can reach would let everybody in.
  if (after.callers.length > 0 || before.listen.every(isLocal)) live.add("callers");
  return {
    applied: changed.filter((key) => live.has(key)),
    needsRestart: changed.filter((key) => !live.has(key)),
  };
}

/** Equal for equal values, secrets included: never to be shown. */
function fingerprint(value: unknown): string | undefined {
  return JSON.stringify(value, function (this: Record<string, unknown>, key, plain: unknown) {
    // `plain` is what toJSON made of a secret: the mask.
    const original = this[key];
    if (original instanceof Secret) return original.reveal();
    return typeof plain === "bigint" ? plain.toString() : plain;
  });
}

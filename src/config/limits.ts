import { formatLimit } from "./scalars.ts";
import type { Source, Tree } from "./source.ts";
import { child, isMapping } from "./tree.ts";
import type { KeyPath, KnownProvider, UpstreamConfig } from "./types.ts";

/** Complains about an upstream's limits that its provider does not have. */
export function checkLimits(source: Source, path: KeyPath, upstream: Tree, providers: readonly KnownProvider[]): void {
  const provider = providers.find(({ id }) => id === child(upstream, "provider"));
  if (!provider) return;
  const known = Object.keys(provider.limits);
  const limits = child(upstream, "limits");
  for (const name of isMapping(limits) ? Object.keys(limits) : []) {
    if (known.includes(name)) continue;
    const message = `${provider.id} has no such limit; expected one of ${known.join(", ")}`;
    source.complain([...path, "limits", name], message, "key");
  }
}

/** A sentence about each limit that does not bind, because the provider allows less. */
export function warnOfLimits(upstreams: readonly UpstreamConfig[], providers: readonly KnownProvider[]): string[] {
  return upstreams.flatMap(({ id, provider, limits }) => {
    const allowed = providers.find((known) => known.id === provider)?.limits;
    return Object.entries(limits).flatMap(([name, own]) => {
      const bound = allowed?.[name];
      if (!bound || own.calls / own.windowMs <= bound.calls / bound.windowMs) return [];
      const kept = `keeps to ${formatLimit(bound)}, not to ${formatLimit(own)}`;
      return `The upstream ${id} ${kept} as its limits.${name} says: limits only lowers what ${provider} allows.`;
    });
  });
}

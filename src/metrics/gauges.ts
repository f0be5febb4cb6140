import { Gauge, type Registry } from "prom-client";
import type { Catalog } from "../catalog/catalog.ts";
import type { Clock } from "../core/clock.ts";
import type { Store } from "../core/store.ts";
import type { Upstream, UpstreamState } from "../core/upstream.ts";
import type { Feed } from "../orders/feed.ts";

interface Parts {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly catalog: Pick<Catalog, "status">;
  readonly store: Pick<Store, "countOpen">;
  readonly feed: Pick<Feed, "watcherCount">;
  readonly open: { readonly sessions: number; readonly streams: number };
  readonly stateOf: (upstream: string) => UpstreamState;
  readonly clock: Clock;
}

type Labels = Readonly<Record<string, string>>;

const STATES: Readonly<Record<UpstreamState, true>> = {
  READY: true,
  DEGRADED: true,
  BENCHED: true,
  CREDENTIALS_REJECTED: true,
  OUT_OF_FUNDS: true,
  UNREACHABLE: true,
};

/** What can be read off the parts, read when somebody asks. */
export function registerGauges(registry: Registry, parts: Parts): void {
  const { upstreams, catalog, store, feed, open, stateOf, clock } = parts;

  /** A gauge that holds what `read` gives at the moment, and nothing else. */
  function gauge(name: string, help: string, labelNames: string[], read: () => Iterable<[Labels, number]>) {
    register(name, help, labelNames, async () => read());
  }

  function register(name: string, help: string, labelNames: string[], read: () => Promise<Iterable<[Labels, number]>>) {
    new Gauge({
      name: `numgate_${name}`,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        const values = await read();
        this.reset();
        for (const [labels, value] of values) this.set(labels, value);
      },
    });
  }

  gauge("watchers", "Streams that watch a verification.", [], () => [[{}, feed.watcherCount]]);
  gauge("streams", "Streams that are being served.", [], () => [[{}, open.streams]]);
  gauge("http2_sessions", "Connections over HTTP/2.", [], () => [[{}, open.sessions]]);
  register("open_verifications", "Verifications and rentals that have not ended.", ["upstream"], async () => {
    const counts = await store.countOpen();
    return [...upstreams.keys()].map((upstream) => [{ upstream }, counts.get(upstream) ?? 0]);
  });
  gauge("upstream_state", "1 for the state that the upstream is in.", ["upstream", "state"], () =>
    [...upstreams.keys()].flatMap((upstream) => {
      const now = stateOf(upstream);
      return Object.keys(STATES).map((state): [Labels, number] => [{ upstream, state }, state === now ? 1 : 0]);
    }),
  );
  gauge("upstream_limit_remaining", "Calls that a limit of the upstream leaves.", ["upstream", "limit"], () =>
    [...upstreams.values()].flatMap(({ id, limits }) =>
      limits().map(({ name, remaining }): [Labels, number] => [{ upstream: id, limit: name }, remaining]),
    ),
  );
  gauge("catalog_offers", "Offers in the upstream's catalogue.", ["upstream"], () =>
    [...upstreams.keys()].map((upstream) => [{ upstream }, catalog.status(upstream)?.offerCount ?? 0]),
  );
  gauge("catalog_age_seconds", "Since the upstream's catalogue was fetched; absent before.", ["upstream"], () =>
    [...upstreams.keys()].flatMap((upstream): [Labels, number][] => {
      const fetchTime = catalog.status(upstream)?.fetchTime;
      return fetchTime ? [[{ upstream }, (clock.now() - fetchTime.getTime()) / 1000]] : [];
    }),
  );
}

// The catalogue behind the real port, and beside it the same server over methods that do nothing but answer the same
// bytes. Run by catalog.ts.

import { fromBinary } from "@bufbuild/protobuf";
import pino from "pino";
import { Registry } from "prom-client";
import {
  CatalogService,
  type ListCountriesResponse,
  ListCountriesResponseSchema,
  type ListOffersResponse,
  ListOffersResponseSchema,
} from "../../gen/numgate/v1/catalog_pb.ts";
import { createCatalog } from "../../src/catalog/catalog.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import { createRouter } from "../../src/routing/router.ts";
import { createAuth } from "../../src/rpc/auth.ts";
import { catalogService } from "../../src/rpc/catalog.ts";
import { createServer } from "../../src/rpc/server.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { createBalances } from "../../src/upstream/balance.ts";
import { UPSTREAMS } from "./listings.ts";

/** What it says, once at its start and once after each thing asked. */
export interface Told {
  readonly real: string;
  readonly noOp: string;
  /** From an open store to everything ready to be asked. */
  readonly startMs: number;
  /** The processor's time that the process has used. */
  readonly cpuMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly arraysMb: number;
}

/** What the no-op server answers from now on, in base64. */
export interface Asked {
  readonly offers?: string;
  readonly countries?: string;
}

const [file = ":memory:"] = process.argv.slice(2);
const store = openSqliteStore(file);
const upstreams = UPSTREAMS.map(silentUpstream);
const catalog = createCatalog({ upstreams, store, clock: systemClock });
let offers: ListOffersResponse | undefined;
let countries: ListCountriesResponse | undefined;

const byId = new Map(upstreams.map((upstream) => [upstream.id, upstream]));
const router = createRouter({
  store,
  clock: systemClock,
  log: pino({ level: "silent" }),
  rates: new Map(),
  findUpstream: (id) => byId.get(id),
  findOffer: (offerId) => catalog.findOffer(offerId),
});
const verifications = { rank: () => Promise.reject(new Error("nothing is ranked here")) };
const service = { catalog, upstreams: byId, balances: createBalances(systemClock), store, router, verifications };
const servers = [
  server(catalogService({ ...service, defaultStrategy: "CHEAPEST" })),
  server({ listOffers: () => offers ?? {}, listCountries: () => countries ?? {} }),
];
const begin = performance.now();
await catalog.start();
const startMs = performance.now() - begin;
const [[real = ""] = [], [noOp = ""] = []] = [await servers[0]?.listen(), await servers[1]?.listen()];

process.on("message", (asked: Asked) => {
  if (asked.offers !== undefined) offers = fromBinary(ListOffersResponseSchema, Buffer.from(asked.offers, "base64"));
  if (asked.countries !== undefined) {
    countries = fromBinary(ListCountriesResponseSchema, Buffer.from(asked.countries, "base64"));
  }
  tell();
});
process.on("disconnect", () => process.exit());
tell();

function tell(): void {
  const { user, system } = process.cpuUsage();
  global.gc?.();
  global.gc?.();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const memory = { rssMb: rss / 1e6, heapMb: heapUsed / 1e6, arraysMb: arrayBuffers / 1e6 };
  process.send?.({ real, noOp, startMs, cpuMs: (user + system) / 1000, ...memory } satisfies Told);
}

function server(implementation: ReturnType<typeof catalogService>) {
  return createServer({
    listen: ["127.0.0.1:0"],
    routes: (router) => void router.service(CatalogService, implementation),
    auth: createAuth([]),
    ready: () => true,
    log: pino({ level: "silent" }),
    registry: new Registry(),
  });
}

/** What it sold is in the store; it never says anything newer. */
function silentUpstream(id: string): Upstream {
  return {
    id,
    provider: id,
    features: [],
    pollGapMs: 1000,
    lifetimeMs: 60_000,
    desks: { catalog: { async *listings() {} } },
    run: () => new Promise(() => {}),
    poll: () => new Promise(() => {}),
    limits: () => [],
    lastError: () => undefined,
    async close() {},
  };
}

import type { Logger } from "pino";
import { Registry } from "prom-client";
import { CatalogService } from "../gen/numgate/v1/catalog_pb.ts";
import { EsimService } from "../gen/numgate/v1/esim_pb.ts";
import { RentalService } from "../gen/numgate/v1/rental_pb.ts";
import { VerificationService } from "../gen/numgate/v1/verification_pb.ts";
import { callbackTargets, connectAccounts, sandboxAccounts, toEntry } from "./accounts.ts";
import { canonicalAllow } from "./catalog/allowed.ts";
import { createCatalog } from "./catalog/catalog.ts";
import { readLabel } from "./catalog/services.ts";
import { type Config, describeReload, formatListener, readTls } from "./config.ts";
import { type Clock, sleep } from "./core/clock.ts";
import { databasePath } from "./database.ts";
import { registerGauges } from "./metrics/gauges.ts";
import { countCommits } from "./metrics/store.ts";
import { countCalls } from "./metrics/upstream.ts";
import { createOperator } from "./operator/operator.ts";
import { startOperatorServer } from "./operator/server.ts";
import { operatorSocket } from "./operator/socket.ts";
import { checkBooks, startRetention } from "./operator/upkeep.ts";
import { createFeed } from "./orders/feed.ts";
import { type NewId, randomId } from "./orders/new-id.ts";
import { createOrders } from "./orders/orders.ts";
import { createWitness } from "./orders/settle/witness.ts";
import { createRouter } from "./routing/router.ts";
import { type CallerToken, createAuth } from "./rpc/auth.ts";
import { createCallbacks } from "./rpc/callbacks.ts";
import { catalogService } from "./rpc/catalog.ts";
import { esimService } from "./rpc/esim.ts";
import { rentalService } from "./rpc/rental.ts";
import { createServer } from "./rpc/server.ts";
import { verificationService } from "./rpc/verification.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { openSqliteStore } from "./store/sqlite.ts";
import { createBalances } from "./upstream/balance.ts";
import { baseUrlOf } from "./upstream/connect.ts";
import { watchTraffic } from "./upstream/traffic.ts";

const SANDBOX_PORT = 7071;
const DRAIN_MS = 10_000;

export interface DaemonOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Logger;
  /** Names the orders; by chance unless given. */
  readonly newId?: NewId;
}

export interface Daemon {
  /** As it runs; a reload changes it where that takes effect. */
  readonly config: Config;
  /** `host:port` or `unix:/path`, as they were bound. */
  readonly addresses: readonly string[];
  /** Present when no upstream is configured. */
  readonly sandbox: Sandbox | undefined;
  /** Takes over what can be changed while running. Throws, and changes nothing, when a file cannot be read. */
  reload(config: Config): void;
  /** Drains: streams end, what was sent to upstreams is heard out and recorded, for at most 10 s. Twice is once. */
  stop(): Promise<void>;
}

/** Throws an error for whatever is right by itself but cannot be served by this version. */
export function checkConfig(config: Config): void {
  databasePath(config);
  for (const upstream of config.upstreams) baseUrlOf(toEntry(upstream));
}

/** Builds every part, joins them, and starts to serve. */
export async function startDaemon({ config, clock, log, newId = randomId }: DaemonOptions): Promise<Daemon> {
  checkConfig(config);
  const tls = config.tls && readTls(config.tls);
  const registry = new Registry();
  const rates = new Map(Object.entries(config.routing.rates));
  const store = countCommits(openSqliteStore(databasePath(config), rates), registry);
  const sandbox = config.sandbox ? await openSandbox(clock) : undefined;
  const router = createRouter({
    store,
    clock,
    log,
    rates,
    findUpstream: (id) => upstreams.get(id),
    findOffer: (offerId) => catalog.findOffer(offerId),
  });
  const { heard } = router;
  const configured = sandbox ? sandboxAccounts(sandbox) : config.upstreams;
  const accounts = await connectAccounts(configured, { store, clock, log, heard });
  const { upstreams, traffic } = watchTraffic(countCalls(accounts, registry), clock);
  const balances = createBalances(clock, router.balanceIs);
  const witness = createWitness({ upstreams, balances, traffic, store, clock, log });
  const catalog = createCatalog({ upstreams: [...upstreams.values()], store, clock, log });
  const feed = createFeed(router.observe);
  const auth = createAuth(config.callers.map(toCallerToken));
  const orderParts = { upstreams, balances, rates, router, store, feed, clock, newId, log };
  const { callerNamed } = auth;
  const orders = createOrders({ ...orderParts, shelf: catalog, witness, readLabel, callerNamed });
  const { verifications, rentals, esims } = orders;

  const serviceParts = { verifications, rentals, catalog, router, defaultStrategy: config.routing.defaultStrategy };

  let ready = false;
  const server = createServer({
    listen: config.listen.map(formatListener),
    tls,
    auth,
    ready: () => ready || "the catalogues are being fetched",
    http: createCallbacks({ targets: callbackTargets(config.upstreams), wake: orders.wake }),
    log,
    registry,
    routes(routes) {
      routes.service(CatalogService, catalogService({ ...serviceParts, upstreams, balances, store }));
      routes.service(VerificationService, verificationService(serviceParts));
      routes.service(RentalService, rentalService(serviceParts));
      routes.service(EsimService, esimService({ esims, catalog }));
    },
  });

  const stateOf = (upstream: string) => router.standing(upstream).state;
  registerGauges(registry, { upstreams, catalog, store, feed, open: server.open, stateOf, clock });
  await checkBooks(store, clock, log);
  const retention = startRetention({ store, keep: config.retention, clock, log });
  const operators = await startOperatorServer(createOperator(store, orders.desk), {
    path: operatorSocket(databasePath(config)),
    log,
  });

  async function stop(): Promise<void> {
    const drained = server.drain(DRAIN_MS);
    witness.stop();
    await operators.stop();
    await Promise.race([Promise.all([drained, orders.stop()]), sleep(clock, DRAIN_MS)]);
    // What still hangs is cut, and recorded as what it then is: uncertain.
    await Promise.all([catalog.stop(), ...[...upstreams.values()].map((upstream) => upstream.close())]);
    await Promise.all([drained, orders.stop(), retention.stop()]);
    await router.stop();
    await store.close();
    await sandbox?.close();
  }

  await router.start(await store.openVerifications());
  await orders.resume();
  witness.start();
  await catalog.start();
  void catalog.ready().then(() => {
    ready = true;
  });
  let addresses: readonly string[];
  try {
    addresses = await server.listen();
  } catch (error) {
    await stop();
    throw error;
  }
  log.info({ addresses, upstreams: [...upstreams.keys()] }, "serving");

  let inForce = config;
  let stopping: Promise<void> | undefined;
  return {
    get config() {
      return inForce;
    },
    addresses,
    sandbox,
    reload(next) {
      const { applied } = describeReload(inForce, next);
      // Certificates are renewed in their files, with no change to the configuration. Their names stay as they were.
      if (inForce.tls) server.setTls(readTls(inForce.tls));
      if (applied.includes("callers")) auth.replace(next.callers.map(toCallerToken));
      if (applied.includes("log_level")) log.level = next.logLevel;
      inForce = {
        ...inForce,
        ...(next.file && { file: next.file }),
        ...(applied.includes("callers") && { callers: next.callers }),
        ...(applied.includes("log_level") && { logLevel: next.logLevel }),
      };
    },
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** At the port that the documentation names, or at any other when that is taken. */
async function openSandbox(clock: Clock): Promise<Sandbox> {
  // Who has upstreams does not pay for it in memory.
  const { startSandbox } = await import("./sandbox/sandbox.ts");
  const host = "127.0.0.1";
  return startSandbox({ clock, listen: { host, port: SANDBOX_PORT } }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    return startSandbox({ clock, listen: { host, port: 0 } });
  });
}

function toCallerToken({ caller, tokenSha256 }: Config["callers"][number]): CallerToken {
  return { caller: { ...caller, allow: canonicalAllow(caller.allow) }, tokenSha256: Buffer.from(tokenSha256, "hex") };
}

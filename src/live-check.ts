import type { Logger } from "pino";
import { connectAccounts } from "./accounts.ts";
import { createCatalog } from "./catalog/catalog.ts";
import type { CatalogStatus } from "./catalog/refresh.ts";
import type { Config } from "./config.ts";
import { type Clock, sleep, UNINTERRUPTED } from "./core/clock.ts";
import { GatewayError } from "./core/error.ts";
import { formatMoney } from "./core/money.ts";
import type { Upstream } from "./core/upstream.ts";

/** A catalogue of many countries takes minutes within its limits: what is there by then is told. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 200;
const MOST_NAMES = 10;

export interface LiveCheckParts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with a line for people about each upstream, as soon as it is known. */
  tell(line: string): void;
}

/**
 * Asks every upstream what costs nothing: its balance, and its catalogue. Gives true when each answered and took its
 * key. What it sends is kept within the limits, but not remembered for a daemon that runs beside it.
 */
export async function liveCheck(config: Config, { clock, log, tell }: LiveCheckParts): Promise<boolean> {
  const store = {
    callsSince: async () => [],
    recordCall: async () => {},
    loadCatalogs: async () => [],
    saveCatalog: async () => {},
  };
  const upstreams = await connectAccounts(config.upstreams, { store, clock, log, heard: () => {} });
  const catalog = createCatalog({ upstreams: [...upstreams.values()], store, clock, log });
  await catalog.start();
  const end = clock.now() + PATIENCE_MS;
  const results = await Promise.all(
    [...upstreams.values()].map(async (upstream) => {
      const balance = await askBalance(upstream);
      let status = catalog.status(upstream.id);
      while (!isSettled(status) && clock.now() < end) {
        await sleep(clock, LOOK_EVERY_MS);
        status = catalog.status(upstream.id);
      }
      const answered = status?.failure === undefined;
      // Without a balance to ask for, the catalogue is what the key opens.
      const key = balance?.line ?? (answered ? "the key works, it tells no balance" : "");
      tell(`${upstream.id}: ${[key, describe(status)].filter(Boolean).join("; ")}`);
      return answered && balance?.ok !== false;
    }),
  );
  await catalog.stop();
  await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
  return results.every((ok) => ok);
}

async function askBalance({ desks, run }: Upstream): Promise<{ ok: boolean; line: string } | undefined> {
  const { balance } = desks;
  if (!balance) return undefined;
  try {
    const money = await run("balance", () => balance(UNINTERRUPTED));
    return { ok: true, line: `the key works, balance ${formatMoney(money)}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : "it did not answer";
    const rejected = error instanceof GatewayError && error.reason === "UPSTREAM_CREDENTIALS";
    return { ok: false, line: rejected ? "the key is not accepted" : why };
  }
}

function isSettled(status: CatalogStatus | undefined): boolean {
  return status === undefined || status.failure !== undefined || status.complete;
}

function describe(status: CatalogStatus | undefined): string {
  if (!status) return "";
  const { offerCount, unresolved, complete, failure, missing } = status;
  const offers = `${offerCount} ${offerCount === 1 ? "offer" : "offers"}`;
  if (failure && offerCount === 0) return `no offers: ${failure.message}`;
  if (failure) return `${offers}, then its catalogue broke off: ${failure.message}`;
  const names = unresolved.slice(0, MOST_NAMES).join(", ") + (unresolved.length > MOST_NAMES ? ", ..." : "");
  const none = missing ? "" : ", none left out";
  const left = unresolved.length > 0 ? `, left out for their names: ${names}` : none;
  const soFar = complete ? "" : " so far, the catalogue is still being fetched";
  return `${offers}${soFar}${left}${missing ? `; ${missing}` : ""}`;
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { CatalogService } from "../../gen/numgate/v1/catalog_pb.ts";
import { EsimService } from "../../gen/numgate/v1/esim_pb.ts";
import { RentalService } from "../../gen/numgate/v1/rental_pb.ts";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";
import type { Seller } from "./market.ts";
import { type Crash, environmentOf } from "./points.ts";

const MAIN = path.resolve(import.meta.dirname, "../../src/main.ts");
const CRASH_POINTS = path.join(import.meta.dirname, "crash-points.ts");

export const CALLERS = ["ada", "grace"] as const;
export type CallerName = (typeof CALLERS)[number];

/** What a caller calls. */
export interface Services {
  readonly verifications: Client<typeof VerificationService>;
  readonly rentals: Client<typeof RentalService>;
  readonly esims: Client<typeof EsimService>;
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One run of the daemon, from its start to its end. */
export interface Life {
  readonly child: ChildProcess;
  /** Resolves with the time it took once it answers that it is ready; with undefined when it ended before. */
  readonly ready: Promise<number | undefined>;
  readonly exit: Promise<Exit>;
  hasEnded(): boolean;
  as(caller: CallerName): Services;
  /** How many offers of an upstream are for sale; at most one is counted. */
  offersAt(upstream: string): Promise<number>;
}

/** The daemon of one database, which is killed and started again. */
export interface Daemon {
  readonly database: string;
  /** Starts it, to end by itself at the given point. Not to be called while it lives. */
  launch(crash?: Crash): Life;
  /** The life that is ready, now or as soon as one is. */
  current(): Promise<Life>;
  /** Ends the life that there is, if there is one. */
  kill(): Promise<void>;
  /** What it logged as an error, by message, in all its lives. */
  readonly errors: ReadonlyMap<string, number>;
}

export async function prepareDaemon(folder: string, sellers: readonly Seller[]): Promise<Daemon> {
  await writeFile(path.join(folder, "numgate.yaml"), configuration(sellers));
  const errors = new Map<string, number>();
  let last: Life | undefined;
  let present = Promise.withResolvers<Life>();

  function launch(crash?: Crash): Life {
    const started = performance.now();
    const preload = crash ? ["--import", CRASH_POINTS] : [];
    const child = spawn(process.execPath, [...preload, MAIN], {
      cwd: folder,
      env: { PATH: process.env.PATH ?? "", HOME: folder, ...(crash && environmentOf(crash)) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let ended = false;
    let at = "";
    const exit = once(child, "close").then(([code, signal]): Exit => {
      ended = true;
      if (at !== "") present = Promise.withResolvers();
      return { code, signal };
    });
    countErrors(child, errors);

    const url = new Promise<string>((resolve) => {
      let printed = "";
      child.stdout.on("data", (chunk) => {
        printed += chunk;
        const found = /listens on (http:\/\/\S+)/.exec(printed)?.[1];
        if (found) resolve(found);
      });
    });
    const transports = new Map<CallerName, Transport>();
    const transportFor = (caller: CallerName) => {
      const transport = transports.get(caller) ?? transportOf(at, caller);
      transports.set(caller, transport);
      return transport;
    };
    const life: Life = {
      child,
      exit,
      hasEnded: () => ended,
      as(caller) {
        const transport = transportFor(caller);
        return {
          verifications: createClient(VerificationService, transport),
          rentals: createClient(RentalService, transport),
          esims: createClient(EsimService, transport),
        };
      },
      async offersAt(upstream) {
        const catalog = createClient(CatalogService, transportFor("ada"));
        return (await catalog.listOffers({ upstreams: [upstream], pageSize: 1 })).offers.length;
      },
      ready: Promise.race([exit.then(() => undefined), url.then(isReady)]).then((found) => {
        if (found === undefined || ended) return undefined;
        at = found;
        present.resolve(life);
        return performance.now() - started;
      }),
    };
    last = life;
    return life;

    async function isReady(url: string): Promise<string | undefined> {
      while (!ended) {
        const answer = await fetch(`${url}/readyz`).catch(() => undefined);
        if (answer?.ok) return url;
        await sleep(5);
      }
      return undefined;
    }
  }

  return {
    database: path.join(folder, "numgate.db"),
    launch,
    errors,
    current: () => present.promise,
    async kill() {
      last?.child.kill("SIGKILL");
      await last?.exit;
    },
  };
}

function countErrors({ stderr }: ChildProcess, errors: Map<string, number>): void {
  let rest = "";
  stderr?.on("data", (chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const said = messageOf(line);
      if (said !== undefined) errors.set(said, (errors.get(said) ?? 0) + 1);
    }
  });
}

/** Undefined for what is no error. Whatever is not the daemon's own log is one. */
function messageOf(line: string): string | undefined {
  try {
    const { level, msg, err } = JSON.parse(line);
    return level >= 50 ? `${msg}${err ? `: ${err.message}` : ""}` : undefined;
  } catch {
    return line.trim() === "" ? undefined : line;
  }
}

function transportOf(baseUrl: string, caller: CallerName): Transport {
  return createConnectTransport({
    baseUrl,
    httpVersion: "2",
    interceptors: [
      (next) => (request) => {
        request.header.set("authorization", `Bearer ${tokenOf(caller)}`);
        return next(request);
      },
    ],
  });
}

function tokenOf(caller: CallerName): string {
  return `token-of-${caller}-0123456789`;
}

/** What PapSMS is priced at: it has no price list. */
const PRICES = `{ us/whatsapp: "0.80", us/telegram: "0.70", us/sandboxinstant: "0.10", us/sandboxnever: "0.10", us/sandboxempty: "0.10" }`;

/** How long numbers are rented out for, at every upstream that rents; extensions are as long. */
export const RENT_DAYS = 3;

/** What some entries have beside the rest. */
const OWN: Readonly<Partial<Record<Seller["provider"], string>>> = {
  papsms: `, prices: ${PRICES}`,
  pvapins: `, pvapins: { rent_days: ${RENT_DAYS} }`,
  handler_api: `, handler_api: { rent_days: [${RENT_DAYS}] }`,
};

function configuration(sellers: readonly Seller[]): string {
  const callers = CALLERS.map(
    (name) => `  - { name: ${name}, token: ${tokenOf(name)}, budget: { per_day: "1000000.00" } }`,
  );
  const upstreams = sellers.map(({ id, provider, baseUrl }) => {
    return `  - { id: ${id}, provider: ${provider}, api_key: sandbox, base_url: "${baseUrl}"${OWN[provider] ?? ""} }`;
  });
  return [
    "listen: 127.0.0.1:0",
    "database: sqlite:./numgate.db",
    "log_level: warn",
    "callers:",
    ...callers,
    "upstreams:",
    ...upstreams,
    "",
  ].join("\n");
}

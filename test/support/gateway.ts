import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { pino } from "pino";
import { onTestFinished } from "vitest";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.ts";
import { CatalogService } from "../../gen/numgate/v1/catalog_pb.ts";
import { EsimService } from "../../gen/numgate/v1/esim_pb.ts";
import { RentalService } from "../../gen/numgate/v1/rental_pb.ts";
import {
  type Verification,
  VerificationService,
  type VerificationStatus,
} from "../../gen/numgate/v1/verification_pb.ts";
import { KNOWN_PROVIDERS } from "../../src/accounts.ts";
import { loadConfig } from "../../src/config.ts";
import { type Daemon, startDaemon } from "../../src/daemon.ts";
import { type NewId, randomId } from "../../src/orders/new-id.ts";
import { isDrawn } from "../../src/routing/explore.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";
import { answered } from "./calls.ts";
import { createHandClock, type HandClock, until } from "./clock.ts";

export interface Gateway {
  readonly clock: HandClock;
  readonly sandbox: Sandbox;
  readonly daemon: Daemon;
  readonly url: string;
  readonly log: readonly string[];
  readonly catalog: Client<typeof CatalogService>;
  readonly verifications: Client<typeof VerificationService>;
  readonly rentals: Client<typeof RentalService>;
  readonly esims: Client<typeof EsimService>;
  /** A client that shows this token. */
  as(token: string): Client<typeof VerificationService>;
  rentalsAs(token: string): Client<typeof RentalService>;
  /** Stops the daemon and starts another on the same database. */
  restart(): Promise<Gateway>;
  /** Starts another daemon on the database as it is on the disk now: as if this one had been killed. */
  killed(): Promise<Gateway>;
}

export interface GatewayOptions {
  readonly sandbox?: SandboxOptions;
  /** Lines of the configuration file beside `listen`, `database` and `upstreams`. */
  readonly config?: string;
  /** In the place of the two upstreams at the sandbox. */
  readonly upstreams?: (sandbox: Sandbox) => string;
}

const BOTH = ({ baseUrls }: Sandbox) => `
upstreams:
  - { id: ping, provider: ping, api_key: sandbox, base_url: "${baseUrls.ping}" }
  - { id: smsverificationservice, provider: smsverificationservice, api_key: sandbox, base_url: "${baseUrls.smsverificationservice}" }
`;

/** One purchase in ten goes where a draw says, which its id decides; with these ids, all go to the best. */
const steadyId: NewId = (prefix, time) => {
  const id = randomId(prefix, time);
  return isDrawn(id) ? steadyId(prefix, time) : id;
};

/** A real daemon on a free port, on a real database, in front of a real sandbox; only the clock stands still. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const clock = createHandClock();
  const sandbox = await startSandbox({ clock, ...options.sandbox });
  onTestFinished(() => sandbox.close());
  const upstreams = (options.upstreams ?? BOTH)(sandbox);
  const file = await writeConfig(`listen: 127.0.0.1:0\n${upstreams}\n${options.config ?? ""}`);
  return open({ clock, sandbox, file });
}

/** In a folder of its own, with the database beside it. */
async function writeConfig(text: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "numgate-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, "numgate.yaml");
  await writeFile(file, `database: "sqlite:${path.join(folder, "numgate.db")}"\n${text}`);
  return file;
}

/** The configuration file of a copy of what is on the disk. */
async function copyDatabase(file: string): Promise<string> {
  const [, ...lines] = (await readFile(file, "utf8")).split("\n");
  const copy = await writeConfig(lines.join("\n"));
  for (const name of ["numgate.db", "numgate.db-wal"]) {
    await copyFile(path.join(path.dirname(file), name), path.join(path.dirname(copy), name));
  }
  return copy;
}

async function open(parts: { clock: HandClock; sandbox: Sandbox; file: string }): Promise<Gateway> {
  const { clock, sandbox, file } = parts;
  const config = loadConfig({ path: file, env: {}, providers: KNOWN_PROVIDERS });
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const daemon = await startDaemon({ config, clock, log: pino({ level: "debug" }, destination), newId: steadyId });
  onTestFinished(() => stopOnClock(daemon, clock));
  const url = `http://${daemon.addresses[0]}`;
  const client = (headers: Record<string, string> = {}) => createConnectTransport(transportOptions(url, headers));
  const gateway: Gateway = {
    clock,
    sandbox,
    daemon,
    url,
    log,
    catalog: createClient(CatalogService, client()),
    verifications: createClient(VerificationService, client()),
    rentals: createClient(RentalService, client()),
    esims: createClient(EsimService, client()),
    rentalsAs: (token) => createClient(RentalService, client({ authorization: `Bearer ${token}` })),
    as: (token) => createClient(VerificationService, client({ authorization: `Bearer ${token}` })),
    async restart() {
      await stopOnClock(daemon, clock);
      return open(parts);
    },
    async killed() {
      const copy = await copyDatabase(file);
      await stopOnClock(daemon, clock);
      return open({ ...parts, file: copy });
    },
  };
  await until(async () => (await fetch(`${url}/readyz`)).ok);
  return gateway;
}

/** What hangs at an upstream is cut when the drain's time is over, which only the hand brings about. */
async function stopOnClock(daemon: Daemon, clock: HandClock): Promise<void> {
  const stopped = daemon.stop();
  await clock.advance(11_000);
  await stopped;
}

function transportOptions(
  baseUrl: string,
  headers: Record<string, string>,
): Parameters<typeof createConnectTransport>[0] {
  return {
    baseUrl,
    httpVersion: "2",
    interceptors: [
      (next) => (request) => {
        for (const [name, value] of Object.entries(headers)) request.header.set(name, value);
        return next(request);
      },
    ],
  };
}

export interface Failure {
  readonly reason: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly code: string;
  readonly error: ConnectError;
}

/** The error that a call ends with; fails when it does not fail. */
export async function reasonOf(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => ConnectError.from(thrown),
  );
  if (!error) throw new Error("the call did not fail");
  const [info] = error.findDetails(ErrorInfoSchema);
  return { reason: info?.reason ?? "none", metadata: info?.metadata ?? {}, code: Code[error.code], error };
}

export function sold(sandbox: Sandbox): number {
  const books = sandbox.control.books();
  return books.ping.orders.length + books.smsverificationservice.orders.length;
}

export function usd(units: number, cents = 0) {
  return { currencyCode: "USD", units: BigInt(units), nanos: cents * 10_000_000 };
}

/** Buys for WhatsApp in the US unless told otherwise. */
export async function buy(
  { verifications }: Pick<Gateway, "verifications">,
  request: Parameters<Client<typeof VerificationService>["createVerification"]>[0] = {},
): Promise<Verification> {
  const { verification } = await verifications.createVerification({
    countryCode: "US",
    service: "whatsapp",
    ...request,
  });
  if (!verification) throw new Error("the answer has no verification");
  return verification;
}

/** Turns the clock until the verification is in the status; for at most an hour of its time. */
export async function turnUntil(
  { clock, verifications }: Gateway,
  verificationId: string,
  status: VerificationStatus,
  stepMs = 1_000,
): Promise<Verification> {
  for (let turned = 0; turned < 3_600_000; turned += stepMs) {
    const { verification } = await verifications.getVerification({ verificationId });
    if (verification?.status === status) return verification;
    await clock.advance(stepMs);
    // In a longer step the next would run into the deadlines of the calls that this one began.
    if (stepMs > 1_000) await answered();
    else await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`it never came to status ${status}`);
}

/** The states a watcher is shown, up to the first in the status; then it leaves. */
export async function watchUntil(
  { verifications }: Gateway,
  verificationId: string,
  status: VerificationStatus,
  onState: (verification: Verification) => void = () => {},
): Promise<Verification[]> {
  const leave = new AbortController();
  const seen: Verification[] = [];
  try {
    for await (const { verification } of verifications.watchVerification({ verificationId }, leave)) {
      if (!verification) throw new Error("a message has no verification");
      seen.push(verification);
      if (verification.status === status) break;
      onState(verification);
    }
  } finally {
    // Leaving the loop alone does not tell the server.
    leave.abort();
  }
  return seen;
}

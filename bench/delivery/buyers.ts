import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { pino } from "pino";
import { VerificationService, VerificationStatus } from "../../gen/numgate/v1/verification_pb.ts";
import { sleep, systemClock, UNINTERRUPTED } from "../../src/core/clock.ts";
import type { Listing } from "../../src/core/desks.ts";
import type { Upstream } from "../../src/core/upstream.ts";
import { PROVIDERS } from "../../src/providers/providers.ts";
import { connectUpstream } from "../../src/upstream/connect.ts";
import { UPSTREAMS, type UpstreamId } from "./plan.ts";
import { type RemoteSandbox, startProgram } from "./sandbox.ts";

const PRICE = "0.80";
const NAIVE_WAIT_MS = 5_000;

/** A number that was bought. */
export interface Sold {
  readonly phone: string;
  /** Resolves when its code is in the client's hands. */
  readonly received: Promise<void>;
}

/** Somebody who buys numbers for WhatsApp in the US, and waits for their codes. */
export interface Buyer {
  buy(upstream: UpstreamId): Promise<Sold>;
  stop(): Promise<void>;
}

/** A client of the daemon, which is a process of its own: one stream for each number. */
export async function openGateway(sandbox: RemoteSandbox): Promise<Buyer> {
  const folder = await mkdtemp(path.join(tmpdir(), "numgate-bench-"));
  const file = path.join(folder, "numgate.yaml");
  const entries = UPSTREAMS.map((id) => {
    const prices = id === "papsms" ? `, prices: { us/whatsapp: "${PRICE}" }` : "";
    return `  - { id: ${id}, provider: ${id}, api_key: sandbox, base_url: "${sandbox.baseUrl(id)}"${prices} }`;
  });
  const database = `sqlite:${path.join(folder, "numgate.db")}`;
  await writeFile(
    file,
    `listen: 127.0.0.1:0\nlog_level: error\ndatabase: "${database}"\nupstreams:\n${entries.join("\n")}\n`,
  );
  const daemon = startProgram(["serve", "--config", file]);
  const [, baseUrl = ""] = await daemon.printed(/listens on (http:\/\/\S+)/);
  while (!(await fetch(`${baseUrl}/readyz`)).ok) await sleep(systemClock, 200);
  const leaving = new AbortController();
  const client = createClient(VerificationService, createConnectTransport({ baseUrl, httpVersion: "2" }));

  async function watch(verificationId: string): Promise<void> {
    for await (const { verification } of client.watchVerification({ verificationId }, leaving)) {
      if (verification?.status === VerificationStatus.RECEIVED) return;
    }
    throw new Error("the stream ended without a code");
  }

  return {
    async buy(upstream) {
      const wish = { countryCode: "US", service: "whatsapp", upstreams: [upstream] };
      const { verification } = await client.createVerification(wish);
      if (!verification) throw new Error("nothing was bought");
      const received = watch(verification.verificationId);
      received.catch(() => undefined);
      return { phone: verification.phoneNumber, received };
    },
    async stop() {
      leaving.abort();
      await daemon.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** A client of the upstreams themselves: it polls each number every 5 s, first come first served, within the same limits. */
export async function openNaive(sandbox: RemoteSandbox): Promise<Buyer> {
  const opened = new Map<UpstreamId, { upstream: Upstream; listing: Listing }>();
  for (const id of UPSTREAMS) {
    const upstream = connect(id, sandbox.baseUrl(id));
    opened.set(id, { upstream, listing: await findListing(upstream) });
  }
  let isStopped = false;

  return {
    async buy(id) {
      const { upstream, listing } = opened.get(id) ?? {};
      const desk = upstream?.desks.verification;
      if (!upstream || !desk || !listing) throw new Error(`${id} is not opened`);
      const offerRef = listing.ref;
      const purchase = await upstream.run("buy", () => desk.buy({ offerRef, capability: "SMS" }, UNINTERRUPTED));
      const order = { offerRef, orderRef: purchase.orderRef, numberAsSold: purchase.numberAsSold };
      const poll = async () => {
        while (!isStopped) {
          await sleep(systemClock, NAIVE_WAIT_MS);
          const progress = await upstream
            .run("check", () => desk.check(order, UNINTERRUPTED))
            .catch(() => ({ state: "waiting" as const }));
          if (progress.state === "received") return;
        }
        throw new Error("stopped");
      };
      const received = poll();
      received.catch(() => undefined);
      return { phone: `+${purchase.numberAsSold.replace(/\D/g, "")}`, received };
    },
    async stop() {
      isStopped = true;
      await Promise.all([...opened.values()].map(({ upstream }) => upstream.close()));
    },
  };
}

function connect(id: UpstreamId, baseUrl: string): Upstream {
  const provider = PROVIDERS.find((known) => known.id === id);
  if (!provider) throw new Error(`no provider ${id}`);
  const prices = { "us/whatsapp": { currency: "USD", micros: 800_000n } };
  const options = { apiKey: "sandbox", ...(id === "papsms" && { prices }) };
  const record = async () => {};
  const log = pino({ level: "silent" });
  return connectUpstream(
    { id, provider, options, baseUrl },
    { clock: systemClock, log, earlier: [], record, heard: () => {} },
  );
}

async function findListing(upstream: Upstream): Promise<Listing> {
  const steps = upstream.desks.catalog.listings(UNINTERRUPTED, new Map());
  for (;;) {
    const step = await upstream.run("listings", () => steps.next());
    if (step.done) throw new Error(`${upstream.id} does not sell WhatsApp in the US`);
    if ("fault" in step.value) throw step.value.fault;
    const found = step.value.find(
      ({ product, country, serviceName }) =>
        product === "VERIFICATION" && /^(us|usa|united states)$/i.test(country) && /whatsapp/i.test(serviceName),
    );
    if (found) return found;
  }
}

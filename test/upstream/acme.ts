import { pino } from "pino";
import { onTestFinished } from "vitest";
import { z } from "zod";
import type { SentCall } from "../../src/core/store.ts";
import type { CallEnd, Upstream } from "../../src/core/upstream.ts";
import { type ConnectOptions, connectUpstream, type UpstreamEntry } from "../../src/upstream/connect.ts";
import { amount, id } from "../../src/upstream/decode.ts";
import { defineProvider } from "../../src/upstream/define.ts";
import { perMinute } from "../../src/upstream/limits.ts";
import { createHandClock, type HandClock } from "../support/clock.ts";
import { type ScriptedServer, startScriptedServer } from "./scripted-server.ts";

const order = z.object({ order: id });

/** A provider as small as they come. It says `{"error": "..."}` when it means no. */
export const acme = defineProvider({
  id: "acme",
  baseUrl: "https://api.acme.example/v1",
  options: z.object({ apiKey: z.string().min(1) }),
  limits: { account: perMinute(60), endpoints: { create: { ...perMinute(30), verbs: ["buy"] } } },
  pollGapMs: 3_000,
  lifetimeMs: 20 * 60_000,
  refusals: {
    words: (body) => z.object({ error: z.string() }).safeParse(body).data?.error,
    reasons: [[/no numbers/, "NO_NUMBERS"]],
  },
  headers: ({ apiKey }) => ({ authorization: `Bearer ${apiKey}` }),
  desks: (http) => ({
    catalog: {
      async *listings() {},
    },
    async balance(signal) {
      return (await http.get("/balance", z.object({ balance: amount("USD") }), signal)).balance;
    },
    verification: {
      async buy(_order, signal) {
        const { order: orderRef } = await http.post("/orders", {}, order, signal);
        return { orderRef, numberAsSold: "+12025550123" };
      },
      async check(_order, signal) {
        await http.get("/orders/1", order, signal);
        return { state: "waiting" };
      },
      async cancel(_order, signal) {
        await http.post("/orders/1/cancel", undefined, order, signal);
        return {};
      },
    },
  }),
});

export interface AcmeVisit {
  readonly upstream: Upstream;
  readonly server: ScriptedServer;
  readonly clock: HandClock;
  /** Calls that were remembered before they were sent. */
  readonly recorded: SentCall[];
  /** How the calls ended. */
  readonly ends: CallEnd[];
  readonly log: Record<string, unknown>[];
}

/** An account at acme, which is a server that the test scripts. */
export async function visitAcme(
  entry: Partial<UpstreamEntry> = {},
  options: Partial<ConnectOptions> = {},
): Promise<AcmeVisit> {
  const server = await startScriptedServer();
  const clock = createHandClock();
  const recorded: SentCall[] = [];
  const ends: CallEnd[] = [];
  const log: Record<string, unknown>[] = [];
  const upstream = connectUpstream(
    { id: "acme-1", provider: acme, options: { apiKey: "sk_live_hush" }, baseUrl: server.url, ...entry },
    {
      clock,
      log: pino({ level: "debug" }, { write: (line) => void log.push(JSON.parse(line)) }),
      earlier: [],
      record: async (call) => void recorded.push(call),
      heard: (end) => void ends.push(end),
      ...options,
    },
  );
  onTestFinished(() => upstream.close());
  return { upstream, server, clock, recorded, ends, log };
}

import { onTestFinished } from "vitest";
import type { Desks, Listing } from "../../src/core/desks.ts";
import type { Provider } from "../../src/upstream/define.ts";
import { createHttp } from "../../src/upstream/http.ts";
import { createHandClock } from "../support/clock.ts";
import { type Answer, type ScriptedServer, startScriptedServer } from "../upstream/scripted-server.ts";

/** A provider whose upstream answers with what the test says, request by request. */
export async function visit(
  provider: Provider,
  options: unknown,
  ...script: Answer[]
): Promise<{ readonly desks: Desks; readonly server: ScriptedServer }> {
  const server = await startScriptedServer();
  server.script(...script);
  const opened = provider.open(options);
  const http = createHttp({
    upstream: provider.id,
    baseUrl: server.url,
    headers: opened.headers,
    refusals: provider.refusals,
    textAnswers: provider.textAnswers,
    clock: createHandClock(),
  });
  onTestFinished(() => http.close());
  return { desks: opened.desks(http), server };
}

/** The whole catalogue; fails where a part of it cannot be read. */
export async function listingsOf({ catalog }: Desks): Promise<Listing[]> {
  const listings: Listing[] = [];
  for await (const step of catalog.listings(new AbortController().signal, new Map())) {
    if ("fault" in step) throw step.fault;
    listings.push(...step);
  }
  return listings;
}

import { type Clock, systemClock } from "../core/clock.ts";
import { createTally } from "./books.ts";
import { createCallbacks } from "./callbacks.ts";
import { createCommandSite } from "./commands.ts";
import type { SandboxControl } from "./control.ts";
import { createControl } from "./controller.ts";
import type { UpstreamDefinition, UpstreamOptions } from "./definition.ts";
import { createFaults } from "./faults.ts";
import { dollars } from "./json.ts";
import { type CodeDelay, createMessages } from "./messages.ts";
import { createPhones } from "./phones.ts";
import { type Site, serve } from "./server.ts";
import { createSite } from "./upstream.ts";
import { forEachUpstream, UPSTREAM_IDS, UPSTREAMS, type UpstreamId, type UpstreamsOptions } from "./upstreams.ts";
import { createWindows } from "./window.ts";

export interface SandboxOptions extends UpstreamsOptions {
  readonly clock?: Clock;
  /** 127.0.0.1 and any free port by default. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** 3 to 8 seconds by default; 0 is at once, Infinity is never. */
  readonly codeDelayMs?: CodeDelay;
  /** The same seed gives the same codes, delays and faults by chance. */
  readonly seed?: number;
  /** The documented rate limits are enforced unless this says `off`. */
  readonly limits?: "documented" | "off";
}

export interface Sandbox {
  readonly url: string;
  /** What an upstream's configured `base_url` is set to. */
  readonly baseUrls: Readonly<Record<UpstreamId, string>>;
  readonly apiKeys: Readonly<Record<UpstreamId, string>>;
  readonly control: SandboxControl;
  /** Ends every connection, answered or not. Calling it again changes nothing. */
  close(): Promise<void>;
}

export const DEFAULT_API_KEY = "sandbox";
const DEFAULT_BALANCE = "1000.00";
const DEFAULT_CODE_DELAY: CodeDelay = { min: 3000, max: 8000 };
const DEFAULT_SEED = 1;

/** Starts a local server that speaks the upstreams' APIs as their documents say. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = systemClock, listen = { host: "127.0.0.1", port: 0 }, limits = "documented" } = options;
  const seed = options.seed ?? DEFAULT_SEED;
  const messages = createMessages(seed, options.codeDelayMs ?? DEFAULT_CODE_DELAY);
  const phones = createPhones(clock);
  const shared = { clock, phones, messages, nextOrderNumber: countOrders(clock) };

  const opened = forEachUpstream((id) => {
    const { basePath, open }: UpstreamDefinition = UPSTREAMS[id];
    const chosen: UpstreamOptions = options[id] ?? {};
    const { apiKey = DEFAULT_API_KEY, balance = DEFAULT_BALANCE } = chosen;
    const tally = createTally();
    const upstream = open({ ...shared, options: chosen, apiKey, balance: dollars(balance), tally });
    const { api, account, callbackBody } = upstream;
    const faults = createFaults(seed);
    const windows = createWindows(clock);
    const operations = new Set(api.endpoints.map(({ operation }) => operation));
    const site = createSite({ api, tally, faults, clock, windows: limits === "off" ? undefined : windows });
    const callbacks = callbackBody && createCallbacks({ bodyOf: callbackBody, tally, clock });
    if (callbacks) account.onMessage(callbacks.expect);
    return { ...upstream, basePath, apiKey, tally, faults, windows, operations, callbacks, site };
  });

  const control = createControl(opened, { messages, phones }, clock);
  const sites = new Map<string, Site>([
    ...UPSTREAM_IDS.map((id): [string, Site] => [opened[id].basePath, opened[id].site]),
    ["/sandbox", createCommandSite(control)],
  ]);
  const server = await serve(listen, sites);
  return {
    url: server.url,
    baseUrls: forEachUpstream((id) => server.url + opened[id].basePath),
    apiKeys: forEachUpstream((id) => opened[id].apiKey),
    control,
    async close() {
      await Promise.all([server.close(), ...UPSTREAM_IDS.map((id) => opened[id].callbacks?.close())]);
    },
  };
}

/** Begun from the clock, so that a sandbox that was restarted never gives a number out again. */
function countOrders(clock: Clock): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, clock.now());
    return last;
  };
}

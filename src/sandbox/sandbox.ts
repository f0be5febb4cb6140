import { type Clock, systemClock } from "../core/clock.ts";
import { type Account, createAccount } from "./account.ts";
import { createTally, type Tally } from "./books.ts";
import { createCommandSite } from "./commands.ts";
import type { SandboxControl, UpstreamId } from "./control.ts";
import { type Controlled, createControl } from "./controller.ts";
import { createFaults } from "./faults.ts";
import { dollars } from "./json.ts";
import { type CodeDelay, createMessages } from "./messages.ts";
import type { Offer } from "./offer.ts";
import { createPhones } from "./phones.ts";
import { pingApi, BASE_PATH as pingPath } from "./ping/api.ts";
import { type PingOffer, pingCatalogue } from "./ping/catalogue.ts";
import { type Site, serve } from "./server.ts";
import { smsVerificationServiceApi, BASE_PATH as smsVerificationServicePath } from "./smsverificationservice/api.ts";
import { type SmsVerificationOffer, smsVerificationServiceCatalogue } from "./smsverificationservice/catalogue.ts";
import { createSite, type UpstreamApi } from "./upstream.ts";
import { createWindows } from "./window.ts";

export interface SandboxOptions {
  readonly clock?: Clock;
  /** 127.0.0.1 and any free port by default. */
  readonly listen?: { readonly host: string; readonly port: number };
  /** 3 to 8 seconds by default; 0 is at once, Infinity is never. */
  readonly codeDelayMs?: CodeDelay;
  /** The same seed gives the same codes and delays. */
  readonly seed?: number;
  /** The documented rate limits are enforced unless this says `off`. */
  readonly limits?: "documented" | "off";
  readonly ping?: UpstreamOptions<PingOffer>;
  readonly smsverificationservice?: UpstreamOptions<SmsVerificationOffer>;
}

export interface UpstreamOptions<O extends Offer> {
  readonly apiKey?: string;
  /** A decimal, in dollars. */
  readonly balance?: string;
  readonly catalogue?: readonly O[];
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
const MINUTE_MS = 60_000;

/** Starts a local server that speaks the APIs of Ping and smsVerificationService as their documents say. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { clock = systemClock, listen = { host: "127.0.0.1", port: 0 }, limits = "documented" } = options;
  const messages = createMessages(options.seed ?? DEFAULT_SEED, options.codeDelayMs ?? DEFAULT_CODE_DELAY);
  const phones = createPhones(clock);
  const apiKeys = {
    ping: options.ping?.apiKey ?? DEFAULT_API_KEY,
    smsverificationservice: options.smsverificationservice?.apiKey ?? DEFAULT_API_KEY,
  };

  function open(api: UpstreamApi, account: Account, tally: Tally, codesOnly: boolean) {
    const faults = createFaults();
    const windows = createWindows(clock);
    const operations = new Set(api.endpoints.map(({ operation }) => operation));
    const controlled: Controlled = { account, tally, faults, windows, operations, codesOnly };
    const site = createSite({ api, tally, faults, clock, windows: limits === "off" ? undefined : windows });
    return { controlled, site };
  }

  const pingTally = createTally();
  const pingAccount = createAccount<PingOffer>({
    offers: options.ping?.catalogue ?? pingCatalogue(),
    balance: dollars(options.ping?.balance ?? DEFAULT_BALANCE),
    lifetimeMs: 15 * MINUTE_MS,
    refOf: (orderNumber) => `ord_${orderNumber.toString(36).padStart(12, "0")}`,
    clock,
    phones,
    messages,
  });
  const ping = open(
    pingApi({ apiKey: apiKeys.ping, account: pingAccount, tally: pingTally, clock }),
    pingAccount,
    pingTally,
    true,
  );

  const smsAccount = createAccount<SmsVerificationOffer>({
    offers: options.smsverificationservice?.catalogue ?? smsVerificationServiceCatalogue(),
    balance: dollars(options.smsverificationservice?.balance ?? DEFAULT_BALANCE),
    lifetimeMs: 20 * MINUTE_MS,
    refOf: String,
    clock,
    phones,
    messages,
  });
  const smsverificationservice = open(
    smsVerificationServiceApi({ apiKey: apiKeys.smsverificationservice, account: smsAccount, clock }),
    smsAccount,
    createTally(),
    false,
  );

  const control = createControl(
    { ping: ping.controlled, smsverificationservice: smsverificationservice.controlled },
    { messages, phones },
    clock,
  );
  const sites = new Map<string, Site>([
    [pingPath, ping.site],
    [smsVerificationServicePath, smsverificationservice.site],
    ["/sandbox", createCommandSite(control)],
  ]);
  const server = await serve(listen, sites);
  return {
    url: server.url,
    baseUrls: { ping: server.url + pingPath, smsverificationservice: server.url + smsVerificationServicePath },
    apiKeys,
    control,
    close: server.close,
  };
}

import type { Logger } from "pino";
import type { KnownProvider, UpstreamConfig } from "./config.ts";
import type { Clock } from "./core/clock.ts";
import { parseMoney } from "./core/money.ts";
import { Secret } from "./core/secret.ts";
import type { SentCall, Store } from "./core/store.ts";
import type { CallEnd, Upstream } from "./core/upstream.ts";
import { PROVIDERS } from "./providers/providers.ts";
import type { CallbackTarget } from "./rpc/callbacks.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import type { UpstreamId } from "./sandbox/upstreams.ts";
import { connectUpstream, type UpstreamEntry } from "./upstream/connect.ts";

/** No limit's window is longer. */
const LONGEST_WINDOW_MS = 24 * 60 * 60_000;

/** What the sandbox's PapSMS charges: it has no price list, so the operator names its prices. */
const SANDBOX_PRICES = { "us/whatsapp": "0.80", "us/telegram": "0.70", "us/google": "0.55" };

/** What the configuration is held against. */
export const KNOWN_PROVIDERS: readonly KnownProvider[] = PROVIDERS.map(({ id, limits }) => ({
  id,
  limits: { account: limits.account, ...limits.endpoints },
}));

export interface AccountParts {
  readonly store: Pick<Store, "callsSince" | "recordCall">;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told how each call to an upstream ended. */
  heard(end: CallEnd): void;
}

/** Opens every upstream that is switched on, by its id. */
export async function connectAccounts(
  configured: readonly UpstreamConfig[],
  { store, clock, log, heard }: AccountParts,
): Promise<ReadonlyMap<string, Upstream>> {
  const windowBefore = (time: Date) => new Date(time.getTime() - LONGEST_WINDOW_MS);
  const earlier = await store.callsSince(windowBefore(new Date(clock.now())));
  const record = (call: SentCall) => store.recordCall(call, windowBefore(call.time));
  return new Map(
    configured
      .filter(({ enabled }) => enabled)
      .map(
        (account) => [account.id, connectUpstream(toEntry(account), { clock, log, earlier, record, heard })] as const,
      ),
  );
}

export function toEntry({ id, provider: name, apiKey, baseUrl, limits, ...own }: UpstreamConfig): UpstreamEntry {
  const provider = PROVIDERS.find((known) => known.id === name);
  if (!provider) throw new Error(`the configuration names a provider that this build lacks: ${name}`);
  const options = { apiKey: apiKey.reveal(), prices: own.prices, ...own.handlerApi, ...own.pvapins };
  return { id, provider, options, baseUrl, limits };
}

/** The sandbox's upstreams, as if they had been configured. */
export function sandboxAccounts({ baseUrls, apiKeys }: Sandbox): UpstreamConfig[] {
  // The record has exactly these keys.
  return (Object.keys(baseUrls) as UpstreamId[]).map((id) => ({
    id,
    provider: id,
    apiKey: new Secret(apiKeys[id]),
    baseUrl: baseUrls[id],
    limits: {},
    prices: Object.fromEntries(
      Object.entries(SANDBOX_PRICES).flatMap(([offer, decimal]) => {
        const price = parseMoney(decimal, "USD");
        return price ? [[offer, price]] : [];
      }),
    ),
    enabled: true,
  }));
}

/** The upstreams that may call back: the operator has given them a secret, and their provider can read what they say. */
export function callbackTargets(configured: readonly UpstreamConfig[]): ReadonlyMap<string, CallbackTarget> {
  return new Map(
    configured.flatMap(({ id, provider, callbackSecret: secret, enabled }) => {
      const read = PROVIDERS.find((known) => known.id === provider)?.callback;
      return enabled && secret && read ? [[id, { secret, read }] as const] : [];
    }),
  );
}

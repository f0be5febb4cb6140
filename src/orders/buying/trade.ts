import type { Logger } from "pino";
import type { Clock } from "../../core/clock.ts";
import type { Verb } from "../../core/desks.ts";
import { GatewayError, type Reason } from "../../core/error.ts";
import { formatMoney, type Money } from "../../core/money.ts";
import type { Offer } from "../../core/offer.ts";
import type { Rates } from "../../core/rates.ts";
import type { PurchaseRecords } from "../../core/records.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { Attempt } from "../../core/verification.ts";
import type { Balances } from "../../upstream/balance.ts";

export interface TradeParts {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly balances: Pick<Balances, "weigh">;
  readonly rates: Rates;
  readonly clock: Clock;
  readonly log: Logger;
}

/** An offer at the price that is quoted for what is asked. */
export interface Quoted {
  readonly offer: Offer;
  readonly price: Money;
  /** One sentence: why it is tried. */
  explain(): string;
}

/** One purchase: what has its id, and within which bounds it is made. */
export interface Deal<Ask> {
  readonly id: string;
  readonly ask: Ask;
  /** What it may cost at most. */
  readonly bounds: readonly Money[];
}

/** What is known of a sale beside what the upstream said. */
export interface SaleTerms<Ask> {
  readonly ask: Ask;
  readonly upstream: Upstream;
  readonly offer: Offer;
  readonly quoted: Money;
  readonly time: Date;
  /** It was charged above the maximum, or something that cannot be compared. */
  readonly tooMuch: boolean;
}

/**
 * A kind of thing that is bought, and how its purchase is recorded. `State` is what the records answer with, `Ask` what
 * the upstream is told beside the offer, `Sold` what it answers.
 */
export interface Trade<State, Ask, Sold extends { readonly price?: Money }> {
  readonly verb: Verb;
  /** `a number`: what the upstream may have sold. */
  readonly goods: string;
  /** What its id is called in an error's metadata. */
  readonly idField: string;
  readonly records: PurchaseRecords<State>;
  /** After each commit. */
  publish(state: State): void;

  /** The one request to the upstream; undefined where it does not sell such a thing. */
  request(upstream: Upstream, offerRef: string, ask: Ask, signal: AbortSignal): (() => Promise<Sold>) | undefined;
  /** What is kept of the sale. */
  record(id: string, sold: Sold, terms: SaleTerms<Ask>): Promise<State>;
  /** It was recorded as uncertain. */
  doubted(state: State): void;
}

type Goods = Pick<Trade<unknown, unknown, object>, "goods" | "idField">;

/** Nobody knows whether `upstream` sold what was to be bought under that id. */
export function uncertainPurchase({ goods, idField }: Goods, id: string, upstream: string): GatewayError {
  return new GatewayError(
    "PURCHASE_UNCERTAIN",
    `${upstream} may have sold ${goods} and did not say; ${id} stays and is not bought again`,
    { metadata: { [idField]: id, upstream } },
  );
}

/** What was uncertain is certain by now: nothing was sold that can be had. */
export function nothingSold(
  { goods, idField }: Goods,
  id: string,
  { attempts, price }: { readonly attempts: readonly Attempt[]; readonly price?: Money },
): GatewayError {
  const upstream = lastUpstream(attempts);
  const metadata = { [idField]: id, upstream };
  const retryAfterMs = 5_000;
  if (!price) {
    const message = `${upstream} did not sell ${goods} for ${id}`;
    return new GatewayError("UPSTREAMS_UNAVAILABLE", message, { metadata, retryAfterMs });
  }
  const charged = formatMoney(price);
  const message = `${upstream} charged ${charged} for ${id}, and never told what it sold`;
  return new GatewayError("UPSTREAMS_UNAVAILABLE", message, { metadata: { ...metadata, charged }, retryAfterMs });
}

/** It cost more than it may; `andThen` is what becomes of it. */
export function chargedTooMuch(
  { idField }: Goods,
  id: string,
  { upstream = "", price }: { readonly upstream?: string; readonly price?: Money },
  andThen: string,
): GatewayError {
  const charged = price ? formatMoney(price) : "an unknown price";
  return new GatewayError("PRICE_ABOVE_MAX", `${upstream} charged ${charged}, more than the maximum${andThen}`, {
    metadata: { [idField]: id, charged, upstream },
  });
}

export function lastUpstream(attempts: readonly Attempt[]): string {
  return attempts.at(-1)?.upstream ?? "an upstream";
}

const RETRYABLE: readonly Reason[] = ["NO_NUMBERS", "UPSTREAMS_UNAVAILABLE"];

/** The last refusal, told as the failure of the whole. */
export function asFailure(error: GatewayError, idField: string, id: string): GatewayError {
  return new GatewayError(error.reason, error.message, {
    metadata: { ...error.metadata, [idField]: id },
    retryAfterMs: error.retryAfterMs ?? (RETRYABLE.includes(error.reason) ? 30_000 : undefined),
  });
}

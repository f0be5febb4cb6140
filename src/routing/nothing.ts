import { GatewayError, type Reason } from "../core/error.ts";
import { formatDecimal, formatMoney, type Money } from "../core/money.ts";
import type { VerificationRequest } from "../core/verification.ts";
import type { Ranking } from "./rank.ts";

/** Why nothing is for sale, where not all is known that is: `lacking` are the upstreams whose offers are not all here. */
export function nothingKnown(
  lacking: readonly { readonly upstream: string; readonly reason: Reason }[],
  named: Named,
): GatewayError {
  const what = inWords(named);
  const upstreams = lacking.map(({ upstream }) => upstream).join(", ");
  const metadata = { ...named, upstreams };
  if (lacking.every(({ reason }) => reason === "UPSTREAM_CREDENTIALS")) {
    const message = `nobody who may be asked is known to sell ${what}, and these reject their accounts' keys: ${upstreams}`;
    return new GatewayError("UPSTREAM_CREDENTIALS", message, { metadata });
  }
  const message = `nobody who may be asked is known to sell ${what}, and what these sell is not known yet: ${upstreams}`;
  return new GatewayError("UPSTREAMS_UNAVAILABLE", message, { metadata, retryAfterMs: 30_000 });
}

/** What is asked for, as the metadata of errors names it: a service and a country, or an offer. */
type Named = Readonly<Record<string, string>>;

export function wanted({ offerId, service, country }: VerificationRequest): Named {
  return offerId === undefined ? { service, country } : { offer_id: offerId };
}

function inWords(named: Named): string {
  return Object.values(named).join(" in ");
}

/** Why nothing can be bought, once a ranking came out empty. Tells first what the caller can do least about. */
export function nothingToBuy(
  { removed, lowestPriceAboveMax, retryAfterMs }: Ranking,
  request: VerificationRequest,
): GatewayError {
  const named = wanted(request);
  const what = inWords(named);
  const counts = Object.fromEntries([...removed].map(([exclusion, count]) => [exclusion, String(count)]));
  const metadata = { ...named, ...counts };
  if (removed.has("UPSTREAM_UNREACHABLE")) {
    return new GatewayError("UPSTREAMS_UNAVAILABLE", `no upstream that sells ${what} can be reached`, {
      metadata,
      retryAfterMs: retryAfterMs ?? 30_000,
    });
  }
  if (removed.has("UPSTREAM_FUNDS")) {
    return new GatewayError("UPSTREAM_FUNDS", `the accounts that could buy ${what} are out of money`, {
      metadata,
    });
  }
  if (removed.has("UPSTREAM_CREDENTIALS")) {
    return new GatewayError("UPSTREAM_CREDENTIALS", `the upstreams that sell ${what} reject their accounts' keys`, {
      metadata,
    });
  }
  if (lowestPriceAboveMax) {
    const message = `the lowest price for ${what} is ${formatMoney(lowestPriceAboveMax)}`;
    return aboveMax(message, lowestPriceAboveMax, metadata);
  }
  if (removed.has("OUT_OF_STOCK")) {
    return new GatewayError("NO_NUMBERS", `every offer of ${what} is out of stock`, {
      metadata,
      retryAfterMs: 60_000,
    });
  }
  const tally = [...removed].map(([exclusion, count]) => `${count} ${exclusion}`).join(", ");
  const message = tally ? `no offer of ${what} satisfies the request (${tally})` : `there is no offer of ${what}`;
  return new GatewayError("NO_OFFERS", message, { metadata });
}

/** What would do costs more than the caller's maximum, `lowest` at least. */
export function aboveMax(message: string, lowest: Money, metadata: Readonly<Record<string, string>>): GatewayError {
  return new GatewayError("PRICE_ABOVE_MAX", message, {
    metadata: { ...metadata, lowest_price: formatDecimal(lowest), currency: lowest.currency },
  });
}

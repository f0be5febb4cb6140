import type { GatewayError } from "../../core/error.ts";
import { compareWorth, isAtMost, type Rates } from "../../core/rates.ts";
import type { Upstream } from "../../core/upstream.ts";
import type { Balances } from "../../upstream/balance.ts";
import type { Quoted } from "./trade.ts";

export interface TurnedAwayParts {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  readonly balances: Pick<Balances, "weigh">;
  readonly rates: Rates;
}

/** The accounts that upstreams turned away in the course of one purchase, whatever they asked for. */
export interface TurnedAway {
  /** What the candidate was refused for, when that is its account. `others` are still to be tried. */
  refused(candidate: Quoted, refusal: GatewayError, others: readonly Quoted[]): Promise<void>;
  /** True when the candidate's account was turned away, and is not known to have the money for it. */
  passesOver(candidate: Quoted): boolean;
  /** What was passed over and why, to be added to a sentence. Empty when nothing was. */
  tell(): string;
}

interface Account {
  readonly why: string;
  /** Whether it may have the money for that. */
  canPay(candidate: Quoted): boolean;
  passedOver: number;
}

export function createTurnedAway({ upstreams, balances, rates }: TurnedAwayParts): TurnedAway {
  const accounts = new Map<string, Account>();

  return {
    async refused(candidate, { reason }, others) {
      const { offer, price } = candidate;
      const id = offer.upstream;
      if (reason === "UPSTREAM_CREDENTIALS") {
        accounts.set(id, { why: "it turns the account away", canPay: () => false, passedOver: 0 });
      }
      if (reason !== "UPSTREAM_FUNDS") return;
      const isCheaper = (other: Quoted) => (compareWorth(other.price, price, rates) ?? 0) < 0;
      const upstream = upstreams.get(id);
      const mayPay = others.some((other) => other.offer.upstream === id && isCheaper(other));
      const left = upstream && mayPay ? await balances.weigh(upstream) : undefined;
      const canPay = (other: Quoted) => left !== undefined && isCheaper(other) && isAtMost(other.price, left, rates);
      accounts.set(id, { why: "its account cannot pay", canPay, passedOver: 0 });
    },

    passesOver(candidate) {
      const account = accounts.get(candidate.offer.upstream);
      if (!account || account.canPay(candidate)) return false;
      account.passedOver += 1;
      return true;
    },

    tell() {
      const told = [...accounts].filter(([, { passedOver }]) => passedOver > 0);
      return told.map(([id, { why, passedOver }]) => `; ${passedOver} of ${id} passed over: ${why}`).join("");
    },
  };
}

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { MoneySchema, type Money as WireMoney } from "../../gen/google/type/money_pb.ts";
import { type AttemptSchema, Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { UpstreamState } from "../../gen/numgate/v1/catalog_pb.ts";
import type { MessageSchema } from "../../gen/numgate/v1/message_pb.ts";
import {
  Capability,
  type OfferSchema,
  Product,
  type RentalTermSchema,
  Strategy,
} from "../../gen/numgate/v1/offer_pb.ts";
import { Problem, type VerificationSchema, VerificationStatus } from "../../gen/numgate/v1/verification_pb.ts";
import type { Money } from "../core/money.ts";
import type * as offer from "../core/offer.ts";
import type * as rental from "../core/rental.ts";
import type * as upstream from "../core/upstream.ts";
import type * as verification from "../core/verification.ts";
import type { Observed } from "../routing/router.ts";

const MICROS_PER_UNIT = 1_000_000n;
const NANOS_PER_MICRO = 1_000n;

export function moneyToWire({ currency, micros }: Money): WireMoney {
  // Both parts carry the sign, as google.type.Money asks.
  return create(MoneySchema, {
    currencyCode: currency,
    units: micros / MICROS_PER_UNIT,
    nanos: Number((micros % MICROS_PER_UNIT) * NANOS_PER_MICRO),
  });
}

/** The protos' rules have seen to it that the nanos are whole micros. */
export function moneyFromWire({ currencyCode, units, nanos }: WireMoney): Money {
  return { currency: currencyCode, micros: units * MICROS_PER_UNIT + BigInt(nanos) / NANOS_PER_MICRO };
}

const CAPABILITIES: Readonly<Record<offer.Capability, Capability>> = {
  SMS: Capability.SMS,
  VOICE: Capability.VOICE,
};
const PRODUCTS: Readonly<Record<offer.Product, Product>> = {
  VERIFICATION: Product.VERIFICATION,
  RENTAL: Product.RENTAL,
  ESIM: Product.ESIM,
};
const STRATEGIES: Readonly<Record<verification.Strategy, Strategy>> = {
  CHEAPEST: Strategy.CHEAPEST,
  MOST_RELIABLE: Strategy.MOST_RELIABLE,
  FASTEST: Strategy.FASTEST,
  BALANCED: Strategy.BALANCED,
};
const STATUSES: Readonly<Record<verification.VerificationStatus, VerificationStatus>> = {
  PENDING: VerificationStatus.PENDING,
  WAITING: VerificationStatus.WAITING,
  RECEIVED: VerificationStatus.RECEIVED,
  COMPLETED: VerificationStatus.COMPLETED,
  CANCELLED: VerificationStatus.CANCELLED,
  EXPIRED: VerificationStatus.EXPIRED,
  FAILED: VerificationStatus.FAILED,
};
const OUTCOMES: Readonly<Record<verification.Outcome, Outcome>> = {
  BOUGHT: Outcome.BOUGHT,
  REFUSED: Outcome.REFUSED,
  UNCERTAIN: Outcome.UNCERTAIN,
};
const UPSTREAM_STATES: Readonly<Record<upstream.UpstreamState, UpstreamState>> = {
  READY: UpstreamState.READY,
  DEGRADED: UpstreamState.DEGRADED,
  BENCHED: UpstreamState.BENCHED,
  CREDENTIALS_REJECTED: UpstreamState.CREDENTIALS_REJECTED,
  OUT_OF_FUNDS: UpstreamState.OUT_OF_FUNDS,
  UNREACHABLE: UpstreamState.UNREACHABLE,
};

const PROBLEMS: Readonly<Record<verification.Problem, Problem>> = {
  NUMBER_REJECTED: Problem.NUMBER_REJECTED,
  NUMBER_ALREADY_USED: Problem.NUMBER_ALREADY_USED,
  CODE_MISSING: Problem.CODE_MISSING,
  CODE_WRONG: Problem.CODE_WRONG,
  CODE_LATE: Problem.CODE_LATE,
};

/** The word for a value of the wire, undefined for `_UNSPECIFIED`. */
export function reader<Word extends string, Value extends number>(table: Readonly<Record<Word, Value>>) {
  const words = new Map(Object.entries(table).map(([word, value]) => [value as Value, word as Word]));
  return (value: Value) => words.get(value);
}

export const capabilityFromWire = reader(CAPABILITIES);
export const productFromWire = reader(PRODUCTS);
export const strategyFromWire = reader(STRATEGIES);
export const statusFromWire = reader(STATUSES);
export const problemFromWire = reader(PROBLEMS);

export function upstreamStateToWire(state: upstream.UpstreamState): UpstreamState {
  return UPSTREAM_STATES[state];
}

export function optional<T, R>(value: T | undefined, convert: (value: T) => R): R | undefined {
  return value === undefined ? undefined : convert(value);
}

/** An offer, and what this daemon has seen of it. */
export function offerToWire(offer: offer.Offer, observed: Observed): MessageInitShape<typeof OfferSchema> {
  return {
    offerId: offer.offerId,
    upstream: offer.upstream,
    provider: offer.provider,
    product: PRODUCTS[offer.product],
    countryCode: offer.country,
    // An eSIM plan is for no service: the word is the catalogue's own.
    service: offer.product === "ESIM" ? "" : offer.service,
    serviceName: offer.serviceName,
    capabilities: offer.capabilities.map((capability) => CAPABILITIES[capability]),
    price: optional(offer.price, moneyToWire),
    // The upstream's "none" counts as a stock of zero.
    availableCount: offer.available ? offer.availableCount : 0,
    publishedSuccessRate: offer.publishedSuccessRate,
    publishedWait: optional(offer.publishedWaitMs, durationFromMs),
    observedSuccessRate: observed.successRate,
    observedSampleCount: observed.sampleCount,
    curated: offer.curated,
    supportsAreaCode: offer.supportsAreaCode,
    rentalTerms: offer.rentalTerms.map(rentalTermToWire),
    fetchTime: timestampFromDate(offer.fetchTime),
  };
}

function rentalTermToWire(term: offer.RentalTerm): MessageInitShape<typeof RentalTermSchema> {
  if ("days" in term) return { days: term.days, price: optional(term.price, moneyToWire) };
  const { minDays, maxDays, pricePerDay } = term;
  return { minDays, maxDays, price: optional(pricePerDay, moneyToWire) };
}

/** What a verification and a rental have in common. */
export function numberToWire(bought: verification.Verification | rental.Rental) {
  const { phoneNumber, numberAsSold } = bought;
  return {
    countryCode: bought.country,
    service: bought.service,
    capability: CAPABILITIES[bought.request.capability],
    phoneNumber,
    nationalNumberAsSold: numberAsSold === phoneNumber ? undefined : numberAsSold,
    upstream: bought.upstream,
    offerId: bought.offerId,
    price: optional(bought.price, moneyToWire),
    quotedPrice: optional(bought.quotedPrice, moneyToWire),
    refund: optional(bought.refund, moneyToWire),
    createTime: timestampFromDate(bought.createTime),
    expireTime: optional(bought.expireTime, timestampFromDate),
    endTime: optional(bought.endTime, timestampFromDate),
    attempts: bought.attempts.map(attemptToWire),
    labels: { ...bought.request.labels },
  };
}

export function verificationToWire(
  verification: verification.Verification,
): MessageInitShape<typeof VerificationSchema> {
  return {
    ...numberToWire(verification),
    verificationId: verification.verificationId,
    status: STATUSES[verification.status],
    code: verification.code,
    messages: verification.messages.map(messageToWire),
    cancellableTime: optional(verification.cancellableTime, timestampFromDate),
    codeTime: optional(verification.codeTime, timestampFromDate),
    rentalId: verification.request.rentalId,
  };
}

export function messageToWire(message: verification.Message): MessageInitShape<typeof MessageSchema> {
  const { messageId, sender, text, code, receiveTime, late } = message;
  return { messageId, sender, text, code, receiveTime: timestampFromDate(receiveTime), late };
}

export function attemptToWire(attempt: verification.Attempt): MessageInitShape<typeof AttemptSchema> {
  return {
    upstream: attempt.upstream,
    offerId: attempt.offerId,
    outcome: optional(attempt.outcome, (outcome) => OUTCOMES[outcome]),
    reason: attempt.reason,
    quotedPrice: moneyToWire(attempt.quotedPrice),
    startTime: timestampFromDate(attempt.startTime),
    endTime: optional(attempt.endTime, timestampFromDate),
    explanation: attempt.explanation,
  };
}

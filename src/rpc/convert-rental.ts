import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { EsimPlanSchema, EsimSchema } from "../../gen/numgate/v1/esim_pb.ts";
import { EsimStatus } from "../../gen/numgate/v1/esim_pb.ts";
import { type AutoRenewal, type RentalSchema, RentalStatus } from "../../gen/numgate/v1/rental_pb.ts";
import type * as esim from "../core/esim.ts";
import type { Offer } from "../core/offer.ts";
import type * as rental from "../core/rental.ts";
import { attemptToWire, moneyFromWire, moneyToWire, numberToWire, optional, reader } from "./convert.ts";

const RENTAL_STATUSES: Readonly<Record<rental.RentalStatus, RentalStatus>> = {
  PENDING: RentalStatus.PENDING,
  ACTIVE: RentalStatus.ACTIVE,
  EXPIRED: RentalStatus.EXPIRED,
  CANCELLED: RentalStatus.CANCELLED,
  FAILED: RentalStatus.FAILED,
};
const ESIM_STATUSES: Readonly<Record<esim.EsimStatus, EsimStatus>> = {
  PENDING: EsimStatus.PENDING,
  ACTIVE: EsimStatus.ACTIVE,
  FAILED: EsimStatus.FAILED,
};

export const rentalStatusFromWire = reader(RENTAL_STATUSES);
export const esimStatusFromWire = reader(ESIM_STATUSES);

/** `days` is what an absent length means. */
export function autoRenewalFromWire(renewal: AutoRenewal, days: number): rental.AutoRenewal | undefined {
  return renewal.maxPrice && { days: renewal.days || days, maxPrice: moneyFromWire(renewal.maxPrice) };
}

export function rentalToWire(rental: rental.Rental): MessageInitShape<typeof RentalSchema> {
  const { autoRenewal } = rental;
  return {
    ...numberToWire(rental),
    rentalId: rental.rentalId,
    status: RENTAL_STATUSES[rental.status],
    totalDays: rental.totalDays,
    messageCount: rental.messageCount,
    expiresSoon: rental.expiresSoon,
    autoRenewal: autoRenewal && { days: autoRenewal.days, maxPrice: moneyToWire(autoRenewal.maxPrice) },
  };
}

export function esimPlanToWire(offer: Offer): MessageInitShape<typeof EsimPlanSchema> {
  return {
    plan: offer.offerId,
    displayName: offer.serviceName,
    upstream: offer.upstream,
    dataGb: offer.esimPlan?.dataGb,
    validityDays: offer.esimPlan?.validityDays,
    price: optional(offer.price, moneyToWire),
    fetchTime: timestampFromDate(offer.fetchTime),
  };
}

export function esimToWire(esim: esim.Esim): MessageInitShape<typeof EsimSchema> {
  const { plan, displayName, dataGb, validityDays } = esim.request;
  return {
    esimId: esim.esimId,
    plan,
    displayName,
    dataGb,
    validityDays,
    activationCode: esim.activationCode,
    price: optional(esim.price, moneyToWire),
    status: ESIM_STATUSES[esim.status],
    upstream: esim.upstream,
    createTime: timestampFromDate(esim.createTime),
    endTime: optional(esim.endTime, timestampFromDate),
    attempts: esim.attempts.map(attemptToWire),
  };
}

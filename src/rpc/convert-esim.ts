import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { type EsimPlanSchema, type EsimSchema, EsimStatus } from "../../gen/numgate/v1/esim_pb.ts";
import type * as esim from "../core/esim.ts";
import type { Offer } from "../core/offer.ts";
import { attemptToWire, moneyToWire, optional, reader } from "./convert.ts";

const ESIM_STATUSES: Readonly<Record<esim.EsimStatus, EsimStatus>> = {
  PENDING: EsimStatus.PENDING,
  ACTIVE: EsimStatus.ACTIVE,
  FAILED: EsimStatus.FAILED,
};

export const esimStatusFromWire = reader(ESIM_STATUSES);

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

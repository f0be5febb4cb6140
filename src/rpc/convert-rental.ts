import type { MessageInitShape } from "@bufbuild/protobuf";
import { type AutoRenewal, type RentalSchema, RentalStatus } from "../../gen/numgate/v1/rental_pb.ts";
import type * as rental from "../core/rental.ts";
import { moneyFromWire, moneyToWire, numberToWire, reader } from "./convert.ts";

const RENTAL_STATUSES: Readonly<Record<rental.RentalStatus, RentalStatus>> = {
  PENDING: RentalStatus.PENDING,
  ACTIVE: RentalStatus.ACTIVE,
  EXPIRED: RentalStatus.EXPIRED,
  CANCELLED: RentalStatus.CANCELLED,
  FAILED: RentalStatus.FAILED,
};

export const rentalStatusFromWire = reader(RENTAL_STATUSES);

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

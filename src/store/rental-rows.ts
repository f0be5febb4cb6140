import type { Esim, EsimRequest, EsimStatus } from "../core/esim.ts";
import type { Extension, ExtensionStatus, Rental, RentalRequest, RentalStatus } from "../core/rental.ts";
import type { Attempt } from "../core/verification.ts";
import { toRequest } from "./requests.ts";
import { moneyIfAny, present, type Row, textIfAny, timeIfAny, toInteger, toMoney, toText, toTime } from "./rows.ts";

/** What orders of every kind have. */
function bought(row: Row) {
  return present({
    upstream: textIfAny(row.upstream),
    provider: textIfAny(row.provider),
    offerId: textIfAny(row.offer_id),
    offerRef: textIfAny(row.offer_ref),
    orderRef: textIfAny(row.order_ref),
    price: moneyIfAny(row.price_micros, row.price_currency),
    quotedPrice: moneyIfAny(row.quoted_micros, row.quoted_currency),
    endTime: timeIfAny(row.end_time),
  });
}

function asked(row: Row) {
  return {
    version: Number(toInteger(row.version)),
    caller: toText(row.caller),
    requestId: toText(row.request_id),
    createTime: toTime(row.create_time),
  };
}

export function toRental(row: Row, attempts: readonly Attempt[], extension: Extension | undefined): Rental {
  return {
    rentalId: toText(row.order_id),
    ...asked(row),
    request: toRequest<RentalRequest>(toText(row.request)),
    country: toText(row.country),
    service: toText(row.service),
    status: toText(row.status) as RentalStatus,
    totalDays: Number(toInteger(row.days)),
    messageCount: Number(toInteger(row.message_count)),
    expiresSoon: row.end_time === null && row.warned_time !== null && row.warned_time === row.expire_time,
    ...bought(row),
    ...present({
      phoneNumber: textIfAny(row.phone_number),
      numberAsSold: textIfAny(row.number_as_sold),
      refund: moneyIfAny(row.refund_micros, row.refund_currency),
      expireTime: timeIfAny(row.expire_time),
      extendTime: timeIfAny(row.extend_time),
      autoRenewal:
        row.renew_days === null
          ? undefined
          : { days: Number(toInteger(row.renew_days)), maxPrice: toMoney(row.renew_micros, row.renew_currency) },
      extension,
    }),
    attempts,
  };
}

export function toExtension(row: Row, rentalId: string, attempts: readonly Attempt[]): Extension {
  return {
    extensionId: toText(row.order_id),
    rentalId,
    caller: toText(row.caller),
    days: Number(toInteger(row.days)),
    status: toText(row.status) as ExtensionStatus,
    attempts,
    fromTime: toTime(row.expire_time),
    createTime: toTime(row.create_time),
  };
}

export function toEsim(row: Row, attempts: readonly Attempt[]): Esim {
  return {
    esimId: toText(row.order_id),
    ...asked(row),
    request: toRequest<EsimRequest>(toText(row.request)),
    status: toText(row.status) as EsimStatus,
    ...bought(row),
    ...present({ activationCode: textIfAny(row.activation_code) }),
    attempts,
  };
}

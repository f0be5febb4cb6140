import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  type CreateRentalRequest,
  CreateRentalRequestSchema,
  ExtendRentalRequestSchema,
  type RentalService,
  type WatchRentalResponseSchema,
} from "../../gen/numgate/v1/rental_pb.ts";
import type { RentalWish } from "../orders/rentals/create.ts";
import type { Rentals } from "../orders/rentals/rentals.ts";
import type { RentalEvent } from "../orders/rentals/watch.ts";
import { callerOf } from "./auth.ts";
import { callOptions } from "./call-options.ts";
import { betweenMessages } from "./calls/messages.ts";
import { messageToWire, moneyFromWire } from "./convert.ts";
import { autoRenewalFromWire, rentalStatusFromWire, rentalToWire } from "./convert-rental.ts";
import { orderFilter, paging } from "./listing.ts";
import { type RequestParts, readRequest } from "./request.ts";

interface Parts extends RequestParts {
  readonly rentals: Rentals;
}

export function rentalService(parts: Parts): Partial<ServiceImpl<typeof RentalService>> {
  const { rentals } = parts;
  return {
    async createRental(request, context) {
      const options = callOptions(CreateRentalRequestSchema, request, context);
      const read = () => readWish(request, parts, context.signal);
      return { rental: rentalToWire(await rentals.create(callerOf(context), options, read)) };
    },

    async getRental({ rentalId }, context) {
      return { rental: rentalToWire(await rentals.get(callerOf(context), rentalId)) };
    },

    async listRentals({ status, ...filter }, context) {
      const { items, nextPageToken } = await rentals.list(callerOf(context), {
        statuses: status.flatMap((value) => rentalStatusFromWire(value) ?? []),
        ...orderFilter(filter),
      });
      return { rentals: items.map(rentalToWire), nextPageToken };
    },

    async extendRental(request, context) {
      const { rentalId, days, maxPrice } = request;
      const options = callOptions(ExtendRentalRequestSchema, request, context);
      const wish = { rentalId, days, maxPrice: maxPrice && moneyFromWire(maxPrice) };
      return { rental: rentalToWire(await rentals.extend(callerOf(context), options, wish)) };
    },

    async cancelRental({ rentalId }, context) {
      return { rental: rentalToWire(await rentals.cancel(callerOf(context), rentalId)) };
    },

    async setAutoRenewal({ rentalId, autoRenewal }, context) {
      const caller = callerOf(context);
      const { request } = await rentals.get(caller, rentalId);
      const renewal = autoRenewal && autoRenewalFromWire(autoRenewal, request.days);
      return { rental: rentalToWire(await rentals.setAutoRenewal(caller, rentalId, renewal)) };
    },

    async listRentalMessages({ rentalId, ...asked }, context) {
      const { pageSize, pageToken } = paging(asked);
      const page = await rentals.listMessages(callerOf(context), rentalId, pageSize, pageToken);
      return { messages: page.items.map(messageToWire), nextPageToken: page.nextPageToken };
    },

    watchRental({ rentalId, afterMessageId }, context) {
      const events = rentals.watch(callerOf(context), rentalId, afterMessageId || undefined, context.signal);
      return betweenMessages(events, { map: (event) => ({ event: eventToWire(event) }) });
    },
  };
}

function eventToWire(event: RentalEvent): MessageInitShape<typeof WatchRentalResponseSchema>["event"] {
  return event.kind === "rental"
    ? { case: "rental", value: rentalToWire(event.rental) }
    : { case: "message", value: messageToWire(event.message) };
}

/** The request in the gateway's own words. Throws UNKNOWN_COUNTRY or UNKNOWN_SERVICE. */
async function readWish(request: CreateRentalRequest, parts: RequestParts, signal: AbortSignal): Promise<RentalWish> {
  const { days, autoRenewal } = request;
  return {
    request: { ...(await readRequest(request, parts, signal)), days },
    autoRenewal: autoRenewal && autoRenewalFromWire(autoRenewal, days),
  };
}

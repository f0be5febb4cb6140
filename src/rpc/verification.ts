import type { ServiceImpl } from "@connectrpc/connect";
import {
  type CreateVerificationRequest,
  CreateVerificationRequestSchema,
  type VerificationService,
} from "../../gen/numgate/v1/verification_pb.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { Strategy, VerificationRequest } from "../core/verification.ts";
import type { Rentals } from "../orders/rentals/rentals.ts";
import type { Verifications } from "../orders/verifications.ts";
import { callerOf } from "./auth.ts";
import { capabilityFromWire, moneyFromWire, statusFromWire, strategyFromWire, verificationToWire } from "./convert.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { endOnDrain } from "./streams.ts";

const DEFAULT_PAGE_SIZE = 100;

interface Parts {
  readonly verifications: Verifications;
  readonly rentals: Pick<Rentals, "wait">;
  readonly catalog: Pick<Catalog, "ready" | "requireCountry" | "requireService">;
  readonly defaultStrategy: Strategy;
}

export function verificationService(parts: Parts): Partial<ServiceImpl<typeof VerificationService>> {
  const { verifications, rentals } = parts;
  return {
    async createVerification(request, context) {
      const options = {
        requestId: request.requestId.toLowerCase(),
        fingerprint: fingerprintOf(CreateVerificationRequestSchema, request),
        signal: context.signal,
        timeoutMs: context.timeoutMs(),
      };
      const { rentalId, labels } = request;
      if (rentalId !== "") {
        const wait = await rentals.wait(callerOf(context), options, { rentalId, labels });
        return { verification: verificationToWire(wait) };
      }
      const read = () => readRequest(request, parts, context.signal);
      const verification = await verifications.create(callerOf(context), options, read);
      return { verification: verificationToWire(verification) };
    },

    async getVerification({ verificationId }, context) {
      return { verification: verificationToWire(await verifications.get(callerOf(context), verificationId)) };
    },

    async listVerifications({ status, upstream, label, pageSize, pageToken }, context) {
      const [, key = "", value] = /^([^=]+)(?:=(.*))?$/s.exec(label) ?? [];
      const page = await verifications.list(callerOf(context), {
        statuses: status.flatMap((value) => statusFromWire(value) ?? []),
        upstream: upstream || undefined,
        label: key ? { key, value } : undefined,
        pageSize: pageSize || DEFAULT_PAGE_SIZE,
        pageToken: pageToken || undefined,
      });
      return { verifications: page.verifications.map(verificationToWire), nextPageToken: page.nextPageToken };
    },

    async *watchVerification({ verificationId }, context) {
      const caller = callerOf(context);
      const states = endOnDrain(context, (signal) => verifications.watch(caller, verificationId, signal));
      for await (const verification of states) yield { verification: verificationToWire(verification) };
    },

    async completeVerification({ verificationId }, context) {
      return { verification: verificationToWire(await verifications.complete(callerOf(context), verificationId)) };
    },

    async requestAnotherCode({ verificationId }, context) {
      return {
        verification: verificationToWire(await verifications.requestAnother(callerOf(context), verificationId)),
      };
    },

    async cancelVerification({ verificationId }, context) {
      return { verification: verificationToWire(await verifications.cancel(callerOf(context), verificationId)) };
    },
  };
}

/** The request in the gateway's own words. Throws UNKNOWN_COUNTRY or UNKNOWN_SERVICE. */
async function readRequest(
  request: CreateVerificationRequest,
  { catalog, defaultStrategy }: Parts,
  signal: AbortSignal,
): Promise<VerificationRequest> {
  const { countryCode, service, maxPrice } = request;
  // Right after a first start, names that only a catalogue knows are still on their way.
  await catalog.ready(signal);
  return {
    country: countryCode && catalog.requireCountry(countryCode),
    service: service && catalog.requireService(service),
    capability: capabilityFromWire(request.capability) ?? "SMS",
    strategy: strategyFromWire(request.strategy) ?? defaultStrategy,
    maxPrice: maxPrice && moneyFromWire(maxPrice),
    minSuccessRate: request.minSuccessRate,
    upstreams: request.upstreams,
    excludeUpstreams: request.excludeUpstreams,
    offerId: request.offerId || undefined,
    areaCode: request.areaCode || undefined,
    labels: request.labels,
  };
}

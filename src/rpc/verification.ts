import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  CreateVerificationRequestSchema,
  type VerificationSchema,
  type VerificationService,
} from "../../gen/numgate/v1/verification_pb.ts";
import type { Verification } from "../core/verification.ts";
import type { Rentals } from "../orders/rentals/rentals.ts";
import type { Verifications } from "../orders/verifications.ts";
import type { Router } from "../routing/router.ts";
import { callerOf } from "./auth.ts";
import { callOptions } from "./call-options.ts";
import { betweenMessages } from "./calls/messages.ts";
import { problemFromWire, statusFromWire, verificationToWire } from "./convert.ts";
import { orderFilter } from "./listing.ts";
import { type RequestParts, readRequest } from "./request.ts";

interface Parts extends RequestParts {
  readonly verifications: Verifications;
  readonly rentals: Pick<Rentals, "wait">;
  readonly router: Pick<Router, "report">;
}

export function verificationService(parts: Parts): Partial<ServiceImpl<typeof VerificationService>> {
  const { verifications, rentals, router } = parts;
  const toReaders = sharedAnswer();
  return {
    async createVerification(request, context) {
      const options = callOptions(CreateVerificationRequestSchema, request, context);
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
      return toReaders(await verifications.get(callerOf(context), verificationId));
    },

    async listVerifications({ status, ...filter }, context) {
      const { items, nextPageToken } = await verifications.list(callerOf(context), {
        statuses: status.flatMap((value) => statusFromWire(value) ?? []),
        ...orderFilter(filter),
      });
      return { verifications: items.map(verificationToWire), nextPageToken };
    },

    watchVerification({ verificationId }, context) {
      return betweenMessages(verifications.watch(callerOf(context), verificationId, context.signal), {
        map: toReaders,
      });
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

    async reportVerification({ verificationId, problem }, context) {
      const verification = await verifications.get(callerOf(context), verificationId);
      const reported = problemFromWire(problem);
      if (reported) router.report(verification, reported);
      return { verification: verificationToWire(verification) };
    },
  };
}

/** One answer for each state, so that it is converted and encoded once for all who get or watch it. */
function sharedAnswer() {
  const answers = new WeakMap<Verification, { readonly verification: MessageInitShape<typeof VerificationSchema> }>();
  return (state: Verification) => {
    const answer = answers.get(state) ?? Object.freeze({ verification: verificationToWire(state) });
    answers.set(state, answer);
    return answer;
  };
}

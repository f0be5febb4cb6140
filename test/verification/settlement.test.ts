import { describe, expect, it } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { VerificationStatus as Status, type Verification } from "../../gen/numgate/v1/verification_pb.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import type { UpstreamId } from "../../src/sandbox/upstreams.ts";
import { upstreamsAt } from "../support/accounts.ts";
import { until } from "../support/clock.ts";
import { buy, type Gateway, reasonOf, startGateway, turnUntil } from "../support/gateway.ts";

const LISTS_AND_BALANCE: readonly UpstreamId[] = ["smsverificationservice", "pvapins", "handler_api"];

/** Each fault of the one purchase call, and whether the upstream has sold all the same. */
const FAULTS: [FaultKind, boolean][] = [
  ["html", false],
  ["html_502", false],
  ["status_500", false],
  ["gigantic", false],
  ["error_in_200", false],
  ["silence", false],
  ["reset_before", false],
  ["reset_after", true],
  ["error_500_after", true],
  ["unreadable_after", true],
  ["truncated", true],
  ["wrong_types", true],
];

/** In front of one upstream, once its balance was looked at. */
async function startAt(upstream: UpstreamId): Promise<Gateway> {
  const sandbox = { codeDelayMs: Number.POSITIVE_INFINITY };
  const gateway = await startGateway({ upstreams: upstreamsAt(upstream), sandbox });
  await gateway.clock.advance(0);
  if (upstream !== "ping" && upstream !== "papsms") {
    await until(() => (gateway.sandbox.control.books()[upstream].calls.balance ?? 0) > 0);
  }
  await gateway.clock.advance(100);
  return gateway;
}

type Told = { readonly verification?: Verification; readonly reason?: string };

/** What a caller is told, while the clock goes on. */
async function told({ clock }: Gateway, call: Promise<Verification>): Promise<Told> {
  let answer: Told | undefined;
  void call.then(
    (verification) => (answer = { verification }),
    async (error) => (answer = await reasonOf(Promise.reject(error))),
  );
  return until(async () => {
    if (answer === undefined) await clock.advance(100);
    return answer;
  });
}

describe.each(LISTS_AND_BALANCE)("a purchase at %s that meets", (upstream) => {
  it.each(FAULTS)("%s is settled while its caller waits", async (kind, sells) => {
    const gateway = await startAt(upstream);
    const { control } = gateway.sandbox;
    control.failNext({ upstream, endpoint: "create", kind });
    const requestId = crypto.randomUUID();
    const request = { requestId, upstreams: [upstream] };
    const { verification, reason } = await told(gateway, buy(gateway, request));
    const [order] = control.books()[upstream].orders;
    if (sells) {
      expect(verification).toMatchObject({ status: Status.WAITING, attempts: [{ outcome: Outcome.BOUGHT }] });
      expect(verification?.phoneNumber.slice(1)).toBe(order?.phone.replace(/\D/g, ""));
      expect(await buy(gateway, request)).toMatchObject({ verificationId: verification?.verificationId });
      control.deliver({ orderId: order?.ref, code: "482910" });
      await turnUntil(gateway, verification?.verificationId ?? "", Status.RECEIVED);
    } else {
      expect(reason).toBe("UPSTREAMS_UNAVAILABLE");
      expect((await buy(gateway, request)).status).toBe(Status.FAILED);
      expect(order).toBeUndefined();
    }
    expect(control.books()[upstream].calls.create).toBe(1);
  });
});

import { describe, expect, it, onTestFinished } from "vitest";
import { Outcome } from "../../gen/numgate/v1/attempt_pb.ts";
import { type Rental, RentalStatus as Status } from "../../gen/numgate/v1/rental_pb.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { answered } from "../support/calls.ts";
import { createHandClock, until } from "../support/clock.ts";
import { type Gateway, reasonOf, startGateway } from "../support/gateway.ts";
import { startHeldProxy } from "../support/held-proxy.ts";
import { deliver, get, RENTING, type Renting, rent, startRenting, turn, turnUntilRental } from "./support.ts";

const DAY_MS = 24 * 60 * 60_000;
/** What leaves it open whether something was sold. */
const FAULTS: readonly FaultKind[] = ["reset_before", "reset_after", "error_500_after", "html", "silence"];
const CASES = RENTING.flatMap((renting) => FAULTS.map((kind) => ({ ...renting, kind })));

const ordersAt = ({ sandbox }: Gateway, upstream: Renting) => sandbox.control.books()[upstream].orders;
const isSettled = ({ status }: Rental) => status !== Status.PENDING;

/** A request that is answered in its own time, while the hand turns the clock. */
async function turnedThrough<T>(gateway: Gateway, call: Promise<T>): Promise<T> {
  let over = false;
  const done = call.finally(() => {
    over = true;
  });
  done.catch(() => undefined);
  for (let turned = 0; !over && turned < 1_000; turned += 1) await turn(gateway, 100);
  return done;
}

/** The last balance that is certain is there: what is uncertain later can be held against it. */
async function atRest(gateway: Gateway): Promise<Gateway> {
  await turn(gateway, 15_000);
  return gateway;
}

describe.each(CASES)("$kind when a rental is bought at $upstream", ({ upstream, days, kind }) => {
  it("never buys twice, and what was bought is found where the upstream can tell", async () => {
    const gateway = await atRest(await startRenting({ at: [upstream] }));
    gateway.sandbox.control.failNext({ upstream, endpoint: "rental_create", kind });
    const request = { requestId: "3f1c2c1e-6f0e-4a52-9d5e-0d5f6f6a0c11", upstreams: [upstream], days };
    const first = await turnedThrough(gateway, rent(gateway, request)).catch((error: unknown) => error);
    const { rentals } = await gateway.rentals.listRentals({});
    expect(rentals).toHaveLength(1);
    const rentalId = rentals[0]?.rentalId ?? "";

    const sold = ordersAt(gateway, upstream).length;
    expect(sold).toBeLessThanOrEqual(1);
    expect(gateway.sandbox.control.books()[upstream].calls.rental_create).toBe(1);
    if (upstream === "ping") {
      // It has neither list nor balance: only its operator can tell.
      expect(first).toBeInstanceOf(Error);
      expect(await get(gateway, rentalId)).toMatchObject({ status: Status.PENDING });
      expect(await reasonOf(rent(gateway, request))).toMatchObject({ reason: "PURCHASE_UNCERTAIN" });
      expect(await reasonOf(gateway.rentals.cancelRental({ rentalId }))).toMatchObject({ reason: "CANCEL_TOO_EARLY" });
    } else {
      const settled = await turnUntilRental(gateway, rentalId, isSettled, 100);
      expect(settled.status).toBe(sold === 1 ? Status.ACTIVE : Status.FAILED);
      expect((await rentNow(gateway, request))?.rentalId).toBe(rentalId);
      if (sold === 1) {
        const [order] = ordersAt(gateway, upstream);
        expect(settled.phoneNumber.endsWith(order?.phone.replace(/\D/g, "").slice(-10) ?? "none")).toBe(true);
        expect(Math.abs(endOf(settled) - Date.parse(order?.expires ?? ""))).toBeLessThan(120_000);
      }
    }
    expect(ordersAt(gateway, upstream)).toHaveLength(sold);
  });
});

async function rentNow(gateway: Gateway, request: Parameters<typeof rent>[1]): Promise<Rental | undefined> {
  return rent(gateway, request).catch(() => undefined);
}

describe.each(CASES)("$kind when a rental is extended at $upstream", ({ upstream, days, more, kind }) => {
  it("never extends twice, begins no other meanwhile, and is settled where the upstream can tell", async () => {
    const gateway = await startRenting({ at: [upstream] });
    const { rentalId } = await rent(gateway, { upstreams: [upstream], days });
    await atRest(gateway);
    const before = ordersAt(gateway, upstream)[0];
    gateway.sandbox.control.failNext({ upstream, endpoint: endpointOf(upstream), kind });
    const request = { rentalId, days: more, requestId: "3f1c2c1e-6f0e-4a52-9d5e-0d5f6f6a0c12" };
    const { reason } = await reasonOf(turnedThrough(gateway, gateway.rentals.extendRental(request))).catch(() => ({
      reason: "extended",
    }));
    const after = ordersAt(gateway, upstream)[0];
    const wasExtended = after?.expires !== before?.expires;
    expect(gateway.sandbox.control.books()[upstream].calls[endpointOf(upstream)]).toBe(1);
    if (upstream === "ping") {
      expect(reason).toBe("PURCHASE_UNCERTAIN");
      const other = gateway.rentals.extendRental({ rentalId, days: more });
      expect(await reasonOf(other)).toMatchObject({ reason: "PURCHASE_UNCERTAIN" });
      expect(await reasonOf(gateway.rentals.extendRental(request))).toMatchObject({ reason: "PURCHASE_UNCERTAIN" });
      expect((await get(gateway, rentalId)).attempts.at(-1)?.outcome).toBe(Outcome.UNCERTAIN);
    } else {
      const isDecided = ({ attempts }: Rental) => attempts.at(-1)?.outcome !== Outcome.UNCERTAIN;
      const settled = await turnUntilRental(gateway, rentalId, isDecided, 100);
      expect(settled.totalDays).toBe(wasExtended ? days + more : days);
      expect(settled.attempts.at(-1)?.outcome).toBe(wasExtended ? Outcome.BOUGHT : Outcome.REFUSED);
      expect(Math.abs(endOf(settled) - Date.parse(after?.expires ?? ""))).toBeLessThan(120_000);
    }
    expect(gateway.sandbox.control.books()[upstream].calls[endpointOf(upstream)]).toBe(1);
  });
});

describe("an extension that is answered after the rental's end", () => {
  const HOUR_MS = 3_600_000;

  it.each([
    ["and was made adds its days to a rental that has not ended", "1000.00", Status.ACTIVE, 2],
    ["and was refused leaves a rental that has ended", "0.00", Status.EXPIRED, 1],
  ])("%s", async (_, balance, status, totalDays) => {
    const sandbox = await startSandbox({ clock: createHandClock(), codeDelayMs: Number.POSITIVE_INFINITY });
    onTestFinished(() => sandbox.close());
    const proxy = await startHeldProxy(sandbox.baseUrls.handler_api);
    const gateway = await startGateway({
      upstreams: () => `upstreams:
  - { id: host, provider: handler_api, api_key: sandbox, base_url: "${proxy.url}", handler_api: { rent_days: [1] } }`,
    });
    const { clock, rentals } = gateway;
    const rented = await rent(gateway, { days: 1 });
    const { rentalId } = rented;
    await turnUntilRental(gateway, rentalId, () => clock.now() > endOf(rented) - HOUR_MS, HOUR_MS / 6);
    await clock.advance(endOf(rented) - 5_000 - clock.now());
    sandbox.control.setBalance({ upstream: "handler_api", balance });
    const { held, release } = proxy.hold(/continueRentNumber/);
    const extended = rentals.extendRental({ rentalId, days: 1 }).catch(() => undefined);
    // It may have to wait for its place in the limits.
    await until(async () => {
      if (held() === 0) await clock.advance(50);
      await answered();
      return held() === 1;
    });
    await turn(gateway, endOf(rented) + 8_000 - clock.now());
    expect((await get(gateway, rentalId)).status).toBe(Status.ACTIVE);
    release();
    await extended;
    await turn(gateway, 20_000);
    expect(await get(gateway, rentalId)).toMatchObject({ status, totalDays });
  });
});

describe("a rental that is given back", () => {
  it.each(RENTING)("at $upstream without an answer is given back by the next call", async ({ upstream, days }) => {
    const gateway = await startRenting();
    const { rentalId } = await rent(gateway, { upstreams: [upstream], days });
    gateway.sandbox.control.failNext({ upstream, endpoint: cancelOf(upstream), kind: "reset_after" });
    const { reason } = await reasonOf(gateway.rentals.cancelRental({ rentalId }));
    expect(reason).toBe("UPSTREAMS_UNAVAILABLE");
    const { rental } = await gateway.rentals.cancelRental({ rentalId });
    expect(rental?.status).toBe(Status.CANCELLED);
    expect(ordersAt(gateway, upstream)[0]?.status).toBe("cancelled");
  });

  it.each(RENTING)("at $upstream without an answer is so after a restart too", async ({ upstream, days }) => {
    const before = await startRenting({ at: [upstream] });
    const { rentalId } = await rent(before, { days });
    before.sandbox.control.failNext({ upstream, endpoint: cancelOf(upstream), kind: "reset_after" });
    expect((await reasonOf(before.rentals.cancelRental({ rentalId }))).reason).toBe("UPSTREAMS_UNAVAILABLE");
    const gateway = await before.restart();
    const { rental } = await gateway.rentals.cancelRental({ rentalId });
    expect(rental?.status).toBe(Status.CANCELLED);
  });

  it.each(["smsverificationservice", "pvapins"] as const)(
    "to %s by a call that did not arrive is kept when a message was there before the next",
    async (upstream) => {
      const before = await startRenting({ at: [upstream] });
      const { rentalId } = await rent(before);
      const fault = { upstream, endpoint: cancelOf(upstream), kind: "reset_before" } as const;
      before.sandbox.control.failNext(fault);
      expect((await reasonOf(before.rentals.cancelRental({ rentalId }))).reason).toBe("UPSTREAMS_UNAVAILABLE");
      deliver(before, upstream, "Your code is 482910");
      expect((await reasonOf(before.rentals.cancelRental({ rentalId }))).reason).toBe("NOT_SUPPORTED");
      const gateway = await before.restart();
      expect((await reasonOf(gateway.rentals.cancelRental({ rentalId }))).reason).toBe("NOT_SUPPORTED");
      expect((await get(gateway, rentalId)).status).toBe(Status.ACTIVE);
    },
  );

  it.each(["smsverificationservice", "handler_api"] as const)(
    "by %s itself is CANCELLED, and nobody looks at it any more",
    async (upstream) => {
      const gateway = await startRenting({ at: [upstream] });
      const { rentalId } = await rent(gateway);
      await until(async () => (await get(gateway, rentalId)).status === Status.ACTIVE);
      const { baseUrls, control } = gateway.sandbox;
      const ref = ordersAt(gateway, upstream)[0]?.ref;
      if (upstream === "handler_api") {
        const query = `api_key=sandbox&action=setRentStatus&id=${ref}&status=2`;
        expect(await (await fetch(`${baseUrls[upstream]}?${query}`)).text()).toContain("success");
      } else {
        const headers = { authorization: "Bearer sandbox" };
        await fetch(`${baseUrls[upstream]}/order/${ref}/cancel/`, { method: "POST", headers });
      }
      const ended = await turnUntilRental(gateway, rentalId, isEnded, 60_000);
      expect(ended.status).toBe(Status.CANCELLED);
      const looks = control.books()[upstream].calls.rental_messages;
      await gateway.clock.advance(DAY_MS);
      expect(control.books()[upstream].calls.rental_messages).toBe(looks);
    },
  );
});

const isEnded = ({ status }: Rental) => status !== Status.PENDING && status !== Status.ACTIVE;

function endOf({ expireTime }: Rental): number {
  return Number(expireTime?.seconds ?? 0n) * 1000;
}

function endpointOf(upstream: Renting): string {
  return upstream === "smsverificationservice" ? "renew" : "rental_extend";
}

function cancelOf(upstream: Renting): string {
  return upstream === "smsverificationservice" ? "cancel" : "rental_cancel";
}

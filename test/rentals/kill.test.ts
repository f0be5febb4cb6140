import path from "node:path";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { expect, it, onTestFinished } from "vitest";
import { environmentOf, type Place } from "../../bench/crash/points.ts";
import { EsimService, EsimStatus } from "../../gen/numgate/v1/esim_pb.ts";
import { RentalService, RentalStatus as Status } from "../../gen/numgate/v1/rental_pb.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { emptyFolder, run, urlOf } from "../process/process.ts";
import { until } from "../support/clock.ts";

const CRASH_POINTS = path.resolve("bench/crash/crash-points.ts");
const REQUEST_ID = "3f1c2c1e-6f0e-4a52-9d5e-0d5f6f6a0c15";

/** A daemon of its own process, on the real clock, in front of a sandbox in this one. */
async function startProcess(upstream: "pvapins" | "smsverificationservice" = "pvapins") {
  const sandbox = await startSandbox({ clock: systemClock, codeDelayMs: Number.POSITIVE_INFINITY });
  onTestFinished(() => sandbox.close());
  const folder = await emptyFolder();
  const own = upstream === "pvapins" ? ", pvapins: { rent_days: 3 }" : "";
  await folder.write(
    "numgate.yaml",
    `listen: 127.0.0.1:0
upstreams:
  - { id: ${upstream}, provider: ${upstream}, api_key: sandbox, base_url: "${sandbox.baseUrls[upstream]}"${own} }
`,
  );
  return {
    sandbox,
    /** With a place, it kills itself the first time that it gets there. */
    async daemon(place?: Place) {
      const preload = { ...(place && environmentOf({ ...place, nth: 1 })), NODE_OPTIONS: `--import ${CRASH_POINTS}` };
      const running = run(folder, [], place && preload);
      const url = await urlOf(running);
      await until(async () => (await fetch(`${url}/readyz`)).ok);
      const transport = createConnectTransport({ baseUrl: url, httpVersion: "2" });
      return {
        rentals: createClient(RentalService, transport),
        esims: createClient(EsimService, transport),
        exit: running.exit,
        async kill() {
          running.child.kill("SIGKILL");
          await running.exit;
        },
      };
    },
  };
}

/** Each at a daemon and an upstream of its own, all at once: they mostly wait for what is uncertain to be settled. */
function atEach<P>(points: readonly P[], live: (point: P) => Promise<void>): Promise<unknown> {
  return Promise.all(points.map(live));
}

/** `slow`: it has sold, and its answer is on its way. `silence`: it was asked, and has done nothing. */
it.each<[FaultKind, boolean]>([
  ["slow", true],
  ["silence", false],
])(
  "kill -9 while the upstream is %s leaves neither a rental nor an extension twice or lost",
  async (kind, sells) => {
    const { sandbox, daemon } = await startProcess();
    const books = () => sandbox.control.books().pvapins;
    const first = await daemon();
    await until(() => (books().calls.balance ?? 0) > 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    sandbox.control.failNext({ upstream: "pvapins", endpoint: "rental_create", kind });
    const wish = { countryCode: "US", service: "whatsapp", days: 3, requestId: REQUEST_ID };
    const lost = first.rentals.createRental(wish).catch(() => undefined);
    await until(() => books().calls.rental_create === 1);
    await first.kill();
    await lost;

    const second = await daemon();
    const settled = await settledRental(second.rentals);
    expect(settled?.status).toBe(sells ? Status.ACTIVE : Status.FAILED);
    expect(books().orders).toHaveLength(sells ? 1 : 0);
    expect(books().calls.rental_create).toBe(1);
    if (!sells || !settled) return;

    const { rentalId } = settled;
    expect((await second.rentals.createRental(wish)).rental?.rentalId).toBe(rentalId);
    sandbox.control.failNext({ upstream: "pvapins", endpoint: "rental_extend", kind });
    const extension = second.rentals.extendRental({ rentalId, days: 3 }).catch(() => undefined);
    await until(() => books().calls.rental_extend === 1);
    await second.kill();
    await extension;

    const third = await daemon();
    const isLonger = async () => {
      const { rental } = await third.rentals.getRental({ rentalId });
      return rental?.totalDays === 6 && rental;
    };
    const longer = await until(isLonger);
    const [order] = books().orders;
    expect(Math.abs(Number(longer.expireTime?.seconds) * 1000 - Date.parse(order?.expires ?? ""))).toBeLessThan(
      120_000,
    );
    expect(books().calls.rental_extend).toBe(1);
    await third.kill();
  },
  240_000,
);

const OF_A_PURCHASE = ["intended", "sent", "answered", "recording", "recorded", "published"] as const;

it("kill -9 at every step of renting leaves one rental that was paid once, or none that was not sold", async () => {
  await atEach(OF_A_PURCHASE, async (point) => {
    const { sandbox, daemon } = await startProcess();
    const books = () => sandbox.control.books().pvapins;
    const first = await daemon({ point, of: "rental" });
    const wish = { countryCode: "US", service: "whatsapp", days: 3, requestId: REQUEST_ID };
    const [died] = await Promise.all([first.exit, first.rentals.createRental(wish).catch(() => undefined)]);
    expect(died).toBeNull();
    const sold = books().orders.length;
    // Before the call nothing can be sold; at its start the upstream may or may not have heard it.
    if (point === "intended") expect(sold).toBe(0);
    else if (point !== "sent") expect(sold).toBe(1);

    const second = await daemon();
    if (sold === 1) {
      const rental = await settledRental(second.rentals);
      expect(rental?.status).toBe(Status.ACTIVE);
      const again = (await second.rentals.createRental(wish)).rental;
      expect([again?.rentalId, again?.phoneNumber]).toEqual([rental?.rentalId, rental?.phoneNumber]);
    } else {
      await expect(second.rentals.createRental(wish, { timeoutMs: 2_000 })).rejects.toThrow();
    }
    expect(books().orders).toHaveLength(sold);
    expect(books().calls.rental_create ?? 0).toBeLessThanOrEqual(1);
    await second.kill();
  });
}, 240_000);

it("kill -9 at every step of extending adds the days once where they were sold", async () => {
  await atEach(OF_A_PURCHASE, async (point) => {
    const { sandbox, daemon } = await startProcess();
    const books = () => sandbox.control.books().pvapins;
    const first = await daemon();
    const wish = { countryCode: "US", service: "whatsapp", days: 3, requestId: REQUEST_ID };
    const { rentalId = "" } = (await first.rentals.createRental(wish)).rental ?? {};
    const price = 1_000 - Number.parseFloat(books().balance);
    await first.kill();

    const second = await daemon({ point, of: "extension" });
    const extension = { rentalId, days: 3, requestId: "3f1c2c1e-6f0e-4a52-9d5e-0d5f6f6a0c16" };
    const [died] = await Promise.all([second.exit, second.rentals.extendRental(extension).catch(() => undefined)]);
    expect(died).toBeNull();
    const extended = 1_000 - Number.parseFloat(books().balance) > price;
    if (point === "intended") expect(extended).toBe(false);
    else if (point !== "sent") expect(extended).toBe(true);

    const third = await daemon();
    const days = async () => (await third.rentals.getRental({ rentalId })).rental?.totalDays;
    if (extended) {
      for (let tries = 0; tries < 60 && (await days()) !== 6; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
    expect(await days()).toBe(extended ? 6 : 3);
    expect(books().calls.rental_extend ?? 0).toBeLessThanOrEqual(1);
    await third.kill();
  });
}, 240_000);

it("kill -9 at any step of buying an eSIM leaves one that was paid once, and shows its code where that was told", async () => {
  await atEach(["sent", "answered", "recorded"] as const, async (point) => {
    const { sandbox, daemon } = await startProcess("smsverificationservice");
    const books = () => sandbox.control.books().smsverificationservice;
    const first = await daemon({ point, of: "esim" });
    // They are the last part of its catalogue, and on a slow machine it is ready before.
    const plan = await until(async () => (await first.esims.listEsimPlans({})).plans[0]?.plan);
    const wish = { plan, requestId: REQUEST_ID };
    const [died] = await Promise.all([first.exit, first.esims.createEsim(wish).catch(() => undefined)]);
    expect(died).toBeNull();
    const sold = books().orders.length;
    if (point !== "sent") expect(sold).toBe(1);

    const second = await daemon();
    // What is uncertain is waited for; what is known is told at once, as fast as the machine is.
    const timeoutMs = point === "recorded" ? 60_000 : 2_000;
    const again = await second.esims.createEsim(wish, { timeoutMs }).catch(() => undefined);
    const { esims } = await second.esims.listEsims({});
    expect(esims).toHaveLength(1);
    if (point === "recorded") {
      const activationCode = `SIM-${books().orders[0]?.ref.slice(-10)}`;
      expect(again?.esim).toMatchObject({ status: EsimStatus.ACTIVE, activationCode });
    } else {
      expect(again).toBeUndefined();
      expect(esims[0]?.activationCode).toBe("");
    }
    expect(books().orders).toHaveLength(sold);
    expect(books().calls.esim_create ?? 0).toBeLessThanOrEqual(1);
    await second.kill();
  });
}, 240_000);

async function settledRental(rentals: ReturnType<typeof createClient<typeof RentalService>>) {
  for (let tries = 0; tries < 60; tries += 1) {
    const [rental] = (await rentals.listRentals({})).rentals;
    if (rental && rental.status !== Status.PENDING) return rental;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return undefined;
}

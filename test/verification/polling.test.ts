import { describe, expect, it } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { settle } from "../support/clock.ts";
import { buy, type Gateway, startGateway } from "../support/gateway.ts";

async function turn({ clock }: Gateway, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1_000);
    await settle();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Turns the clock until this many have their code, for at most ten minutes of its time. */
async function turnUntilReceived(gateway: Gateway, orders: number): Promise<void> {
  for (let minute = 0; minute < 10; minute += 1) {
    if ((await statuses(gateway)).get(Status.RECEIVED) === orders) return;
    await turn(gateway, 60);
  }
}

async function statuses({ verifications }: Gateway): Promise<Map<Status, number>> {
  const counts = new Map<Status, number>();
  for (const { status } of (await verifications.listVerifications({ pageSize: 1000 })).verifications) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return counts;
}

describe("polling", () => {
  it.each([
    ["ping", 25],
    ["smsverificationservice", 40],
  ] as const)("at %s delivers every code of %i at once within the documented limits", async (upstream, orders) => {
    const gateway = await startGateway({ sandbox: { codeDelayMs: { min: 3_000, max: 60_000 } } });
    await Promise.all(Array.from({ length: orders }, () => buy(gateway, { upstreams: [upstream] })));
    await turnUntilReceived(gateway, orders);
    expect(await statuses(gateway)).toEqual(new Map([[Status.RECEIVED, orders]]));
    const books = gateway.sandbox.control.books()[upstream];
    expect(books.limited).toBe(0);
    expect(books.hasty).toBe(0);
    expect(books.disallowed.total).toBe(0);
  });

  it("leaves a purchase its slot however much there is to poll", async () => {
    const gateway = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
    const upstreams = ["smsverificationservice"];
    await Promise.all(Array.from({ length: 30 }, () => buy(gateway, { upstreams })));
    await turn(gateway, 120);
    // No clock is turned: it is bought at once or not at all.
    expect((await buy(gateway, { upstreams })).status).toBe(Status.WAITING);
    expect(gateway.sandbox.control.books().smsverificationservice.limited).toBe(0);
  });

  it("keeps the window of the run before: a restart sends no burst", async () => {
    const before = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
    await Promise.all(Array.from({ length: 20 }, () => buy(before, { upstreams: ["smsverificationservice"] })));
    await turn(before, 30);
    const after = await before.restart();
    await turn(after, 60);
    expect(after.sandbox.control.books().smsverificationservice.limited).toBe(0);
  });

  it.each(["html", "html_502", "truncated", "status_500", "reset_before", "wrong_types", "status_429"] as const)(
    "goes on after %s, and the code still comes",
    async (kind) => {
      const gateway = await startGateway({ sandbox: { codeDelayMs: 10_000 } });
      gateway.sandbox.control.failNext({ upstream: "ping", endpoint: "poll", kind, times: 3 });
      await buy(gateway, { upstreams: ["ping"] });
      await turnUntilReceived(gateway, 1);
      expect(await statuses(gateway)).toEqual(new Map([[Status.RECEIVED, 1]]));
    },
  );

  it("goes on after polls that are never answered", async () => {
    const gateway = await startGateway({ sandbox: { codeDelayMs: 10_000 } });
    gateway.sandbox.control.failNext({ upstream: "ping", endpoint: "poll", kind: "silence", times: 3 });
    await buy(gateway, { upstreams: ["ping"] });
    await turnUntilReceived(gateway, 1);
    expect(await statuses(gateway)).toEqual(new Map([[Status.RECEIVED, 1]]));
  });

  it("finds a code of the last seconds, and ends the others at their time", async () => {
    const gateway = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
    await Promise.all([1, 2].map(() => buy(gateway, { upstreams: ["ping"] })));
    const [order] = gateway.sandbox.control.books().ping.orders;
    const left = Date.parse(order?.expires ?? "") - gateway.clock.now();
    await turn(gateway, left / 1_000 - 4);
    gateway.sandbox.control.deliver({ upstream: "ping", orderId: order?.ref });
    await turn(gateway, 10);
    expect(await statuses(gateway)).toEqual(
      new Map([
        [Status.COMPLETED, 1],
        [Status.EXPIRED, 1],
      ]),
    );
  });

  it("asks for many by one list where the upstream has one, and brings each code", async () => {
    const gateway = await startGateway({ sandbox: { codeDelayMs: Number.POSITIVE_INFINITY } });
    const upstreams = ["smsverificationservice"];
    await Promise.all(Array.from({ length: 30 }, () => buy(gateway, { upstreams })));
    await turn(gateway, 120);
    const books = () => gateway.sandbox.control.books().smsverificationservice;
    expect(books().calls.orders).toBeGreaterThan(5);
    // Once each, to prove the list.
    expect(books().calls.poll).toBeLessThanOrEqual(30);
    for (const { ref } of books().orders.slice(0, 5)) {
      gateway.sandbox.control.deliver({ upstream: "smsverificationservice", orderId: ref });
    }
    await turnUntilReceived(gateway, 5);
    expect((await statuses(gateway)).get(Status.RECEIVED)).toBe(5);
    expect(books().limited).toBe(0);
  });

  it("keeps what it has learned of delays for the next run", async () => {
    const gateway = await startGateway({ sandbox: { codeDelayMs: 10_000 } });
    await Promise.all(Array.from({ length: 3 }, () => buy(gateway, { upstreams: ["ping"] })));
    await turnUntilReceived(gateway, 3);
    const { database } = gateway.daemon.config;
    const stopped = gateway.daemon.stop();
    await gateway.clock.advance(11_000);
    await stopped;
    if (database.engine !== "sqlite") throw new Error("another database");
    const store = openSqliteStore(database.path);
    const keys = (await store.loadLearned("delay")).map(({ key }) => key);
    await store.close();
    expect(keys).toEqual(["ping", "ping/whatsapp", "ping/whatsapp/US"]);
    const after = await gateway.restart();
    await buy(after, { upstreams: ["ping"] });
    await turnUntilReceived(after, 4);
  });
});

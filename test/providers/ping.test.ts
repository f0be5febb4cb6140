import { describe, expect, it } from "vitest";
import type { Listing } from "../../src/core/upstream.ts";
import { ping } from "../../src/providers/ping.ts";
import { json } from "../upstream/scripted-server.ts";
import { visit } from "./visit.ts";

const OPTIONS = { apiKey: "key" };
const never = new AbortController().signal;

const whatsapp = {
  public_id: "svc_1",
  name: "WhatsApp",
  country_code: "US",
  type: "verification",
  capabilities: ["sms"],
  cost: "0.40",
  currency: "USD",
  available: true,
};
const page = (total: number, ...services: object[]) => json({ result: "success", services, total });

async function listed(...pages: ReturnType<typeof page>[]) {
  const { desks, server } = await visit(ping, OPTIONS, ...pages);
  const listings: Listing[] = [];
  for await (const part of desks.catalog.listings(never)) listings.push(...part);
  return { listings, requests: server.requests.length };
}

describe("Ping's list of services", () => {
  it.each([
    ["success_rate", 95],
    ["success_rate", null],
    ["success_rate", "high"],
    ["estimated_wait_seconds", 30.5],
    ["estimated_wait_seconds", null],
    ["estimated_wait_seconds", 999_999_999_999],
  ])("keeps a service whose %s is %s, without it", async (field, value) => {
    const { listings } = await listed(page(1, { ...whatsapp, [field]: value }));
    expect(listings).toMatchObject([{ ref: "svc_1", successRate: undefined, waitMs: undefined }]);
  });

  it("goes without a service whose price is absurd", async () => {
    const { listings } = await listed(page(2, { ...whatsapp, public_id: "svc_2", cost: "999999999999e20" }, whatsapp));
    expect(listings.map(({ ref }) => ref)).toEqual(["svc_1"]);
  });

  it("ends with an empty page, whatever its total says", async () => {
    const { listings, requests } = await listed(page(1_000_000, whatsapp), page(1_000_000));
    expect([listings.length, requests]).toEqual([1, 2]);
  });
});

describe("a time that nobody means", () => {
  const times = ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-04-04T12:30:00", null, 7];

  it.each(times)("does not lose a number that was bought: %s", async (expires_at) => {
    const verification = {
      public_id: "ord_1",
      phone_number: "+14155550100",
      cost: "0.40",
      currency: "USD",
      expires_at,
    };
    const { desks } = await visit(ping, OPTIONS, json({ result: "success", verification }));
    const bought = await desks.verification?.buy({ offerRef: "svc_1", capability: "SMS" }, never);
    expect(bought).toMatchObject({ orderRef: "ord_1", expireTime: undefined });
  });

  it.each(times)("does not lose a code that was received: %s", async (received_at) => {
    const verification = { status: "received", code: "123456", received_at };
    const { desks } = await visit(ping, OPTIONS, json({ result: "success", verification }));
    const order = { orderRef: "ord_1", offerRef: "svc_1", numberAsSold: "+14155550100" };
    expect(await desks.verification?.check(order, never)).toEqual({
      state: "received",
      messages: [{ text: "", code: "123456", receiveTime: undefined }],
    });
  });
});

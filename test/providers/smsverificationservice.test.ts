import { describe, expect, it } from "vitest";
import type { Listing } from "../../src/core/upstream.ts";
import { smsverificationservice } from "../../src/providers/smsverificationservice.ts";
import { failureOf, json } from "../upstream/scripted-server.ts";
import { visit } from "./visit.ts";

const OPTIONS = { apiKey: "key" };
const never = new AbortController().signal;

const nothing = json({ success: true, data: { services: [] } });

/** Names as they may be, with everything in them that a ref or a path could trip over. */
const NAMES = ["WhatsApp", "Google Voice", "Booking.com", "TikTok/Douyin", "100% Tea?", "Qué Será", "a%20b"];

async function listed(...answers: Parameters<typeof json>[0][]): Promise<Listing[]> {
  const { desks } = await visit(
    smsverificationservice,
    OPTIONS,
    nothing,
    nothing,
    json({ countries: [] }),
    ...answers.map((body) => json(body)),
  );
  const listings: Listing[] = [];
  const steps = desks.catalog.listings(never);
  for (let step = 0; step < 3 + answers.length; step += 1) listings.push(...((await steps.next()).value ?? []));
  return listings;
}

describe("what smsVerificationService sells by name", () => {
  it.each(NAMES)("is rented by the same name again: %s", async (name) => {
    const offers = await listed([{ name, sell_price_3days: 4, sell_price_30days: 12 }]);
    expect(offers.map(({ rentalTerms }) => rentalTerms)).toMatchObject([[{ days: 3 }], [{ days: 30 }]]);
    for (const [nth, duration] of [3, 30].entries()) {
      const { desks, server } = await visit(smsverificationservice, OPTIONS, json({ order_id: 1, phone: "+1" }, 201));
      await desks.rental?.rent({ offerRef: offers[nth]?.ref ?? "", days: duration }, never);
      expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({ service: name, duration });
    }
  });

  it.each(NAMES)("is bought as a plan by the same name again: %s", async (name) => {
    const empty = { success: true, data: { services: [] } };
    const [plan] = await listed([], empty, empty, [{ name, price: 12 }]);
    const answer = json({ order_id: 1, activation_code: "SIM-1" }, 201);
    const { desks, server } = await visit(smsverificationservice, OPTIONS, answer);
    await desks.esim?.buyEsim(plan?.ref ?? "", never);
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({ plan: name });
  });
});

describe("a list that is not there", () => {
  it("is an empty one, and the others are still sold", async () => {
    const missing = { status: 404, body: "<h1>Not Found</h1>" };
    const line = { service_id: 1012, name: "WhatsApp", price: 0.4 };
    const { desks } = await visit(
      smsverificationservice,
      OPTIONS,
      json({ success: true, data: { services: [line] } }),
      missing,
      json({ countries: [] }),
      missing,
      missing,
      missing,
      missing,
    );
    const refs: string[] = [];
    for await (const step of desks.catalog.listings(never)) refs.push(...step.map(({ ref }) => ref));
    expect(refs).toEqual(["temporary.1012"]);
  });
});

describe("a length other than the one that a number was rented for", () => {
  it.each([
    ["rental.3.WhatsApp", 30],
    ["rental.30.WhatsApp", 3],
    ["rent-1day.1.4421", 30],
    ["rent-30days.30.7821", 1],
  ])("is refused for %s without a request", async (offerRef, days) => {
    const { desks, server } = await visit(smsverificationservice, OPTIONS);
    const order = { orderRef: "458732", offerRef, numberAsSold: "+1 415 555 0124" };
    const extended = failureOf(desks.rental?.extend?.(order, days, never) ?? Promise.resolve());
    expect(await extended).toMatchObject({ reason: "NOT_SUPPORTED", metadata: { days: String(days) } });
    const rented = failureOf(desks.rental?.rent({ offerRef, days }, never) ?? Promise.resolve());
    expect(await rented).toMatchObject({ reason: "NOT_SUPPORTED" });
    expect(server.requests).toEqual([]);
  });
});

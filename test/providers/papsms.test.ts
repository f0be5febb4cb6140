import { describe, expect, it } from "vitest";
import { papsms } from "../../src/providers/papsms.ts";
import { json } from "../upstream/scripted-server.ts";
import { usd } from "./contract.ts";
import { visit } from "./visit.ts";

/** What PapSMS's offers for the US and for Britain say of their availability after this answer about its countries. */
async function availabilityAfter(countries: unknown): Promise<unknown> {
  const prices = { "us/whatsapp": usd("0.80"), "gb/whatsapp": usd("0.60") };
  const { desks } = await visit(papsms, { apiKey: "key", prices }, json(countries));
  const { value } = await desks.catalog.listings(new AbortController().signal).next();
  return value?.map(({ available }) => available);
}

describe("the countries of PapSMS, whose form no document shows", () => {
  it.each<[string, unknown]>([
    ["codes", ["us", "de"]],
    ["codes in upper case", ["US", "DE"]],
    ["objects with a code", [{ code: "us", name: "United States" }]],
    ["objects with a country", [{ country: "us", name: "United States" }]],
    ["objects with an iso", [{ id: 7, iso: "US", name: "United States" }]],
    ["a list in data", { success: true, data: ["us"] }],
    ["a list in countries", { countries: [{ code: "us" }] }],
    ["a list in both", { success: true, data: { countries: [{ code: "us" }] } }],
  ])("are read as %s: who is not among them has nothing to sell", async (_form, answer) => {
    expect(await availabilityAfter(answer)).toEqual([true, false]);
  });

  it.each<[string, unknown]>([
    ["names only", [{ name: "United States" }]],
    ["numbers", [187, 16]],
    ["a line that cannot be read", ["us", "Great Britain"]],
    ["none at all", []],
    ["an object by code", { us: "United States" }],
  ])("say nothing of anybody as %s", async (_form, answer) => {
    expect(await availabilityAfter(answer)).toEqual([undefined, undefined]);
  });
});

describe("the prices of PapSMS", () => {
  it.each<[string, unknown]>([
    ["a price that is no money", { "us/whatsapp": 0.8 }],
    ["a price below nothing", { "us/whatsapp": { currency: "USD", micros: -1n } }],
    ["a price in another currency", { "us/whatsapp": { currency: "EUR", micros: 1n } }],
    ["a key without a service", { us: usd("0.80") }],
  ])("are refused with %s", (_slip, prices) => {
    expect(() => papsms.open({ apiKey: "key", prices })).toThrow();
  });

  it("may be absent, and then there is nothing to sell", () => {
    expect(() => papsms.open({ apiKey: "key" })).not.toThrow();
  });
});

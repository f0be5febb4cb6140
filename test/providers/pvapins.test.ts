import { describe, expect, it } from "vitest";
import type { Desks } from "../../src/core/desks.ts";
import { UpstreamFault } from "../../src/core/error.ts";
import { pvapins } from "../../src/providers/pvapins.ts";
import { type Answer, json } from "../upstream/scripted-server.ts";
import { usd } from "./contract.ts";
import { listingsOf, visit } from "./visit.ts";

const OPTIONS = { apiKey: "key", rentDays: 30 };
const never = new AbortController().signal;
const ORDER = { orderRef: "1128690001/USA/Google%20Voice", offerRef: "USA/Google%20Voice", numberAsSold: "1128690001" };

it("a name of PVAPins with half a character costs no other line its place", async () => {
  const apps = `[{"full_name": "x\\ud800", "deduct": "0.40"}, {"full_name": "WhatsApp", "deduct": "0.40"}]`;
  const { desks } = await visit(pvapins, { apiKey: "key" }, json([{ id: 1, full_name: "USA" }]), json(apps));
  expect((await listingsOf(desks)).map(({ ref }) => ref)).toEqual(["USA/x%EF%BF%BD", "USA/WhatsApp"]);
});

/** What comes of asking once, whichever way it ends. */
async function outcome(ask: (desks: Desks) => Promise<unknown> | undefined, answer: Answer): Promise<unknown> {
  const { desks } = await visit(pvapins, OPTIONS, answer);
  const asked = ask(desks) ?? Promise.reject(new Error("the provider has no such verb"));
  return asked.catch((error: unknown) => error);
}

const said = (body: string): Answer => ({ body });
const buy = (answer: Answer) =>
  outcome(({ verification }) => verification?.buy({ offerRef: ORDER.offerRef, capability: "SMS" }, never), answer);
const rent = (answer: Answer) =>
  outcome(({ rental }) => rental?.rent({ offerRef: `rent/${ORDER.offerRef}`, days: 30 }, never), answer);
const check = (answer: Answer) => outcome(({ verification }) => verification?.check(ORDER, never), answer);
const cancel = (answer: Answer) => outcome(({ verification }) => verification?.cancel(ORDER, never), answer);

describe("a number that PVAPins sold", () => {
  const forms: [string, Answer, string][] = [
    ["as text", said("1128690001"), "1128690001"],
    ["as text in quotes", said('"1128690001"'), "1128690001"],
    ["with spaces", said("+1 112 869 0001\n"), "+1 112 869 0001"],
    ["in JSON", json({ data: "1128690001", code: 100 }), "1128690001"],
    ["in JSON, as a number", json({ code: "100", data: 1128690001 }), "1128690001"],
  ];

  it.each(forms)("is read %s, kept as it came", async (_form, answer, numberAsSold) => {
    expect(await buy(answer)).toMatchObject({ numberAsSold });
    expect(await rent(answer)).toMatchObject({ numberAsSold });
  });

  it.each([
    ["NO_NUMBERS", json({ data: "No Number Found.", code: 200 })],
    ["NO_NUMBERS", said(" OUT OF STOCK. ")],
    ["NO_NUMBERS", said('"No Number Found"')],
    ["UPSTREAM_CREDENTIALS", json({ data: "Customer Not Found.", code: 200 })],
    ["UPSTREAM_FUNDS", said("Your Balance Is Expired")],
    ["NO_OFFERS", said("country not found")],
    ["NO_OFFERS", json({ data: "This app is offline now", code: 200 })],
  ])("is none, for %s", async (reason, answer) => {
    expect(await buy(answer)).toMatchObject({ reason });
    expect(await rent(answer)).toMatchObject({ reason });
  });

  it.each<[string, Answer]>([
    ["a passing error", said("Error 102, check back later")],
    ["a word that nobody knows", said("Please hold")],
    ["success without a number", json({ data: "Success", code: 100 })],
    ["a code that nobody knows", json({ data: "Please hold", code: 300 })],
    ["a failure that leaves it open", json({ data: "Error 102, check back later", code: 200 })],
    ["a failure with a number", json({ data: "1128690001", code: 200 })],
  ])("may be there after %s", async (_what, answer) => {
    expect(await buy(answer)).toBeInstanceOf(UpstreamFault);
    expect(await rent(answer)).toBeInstanceOf(UpstreamFault);
  });
});

it.each([
  ["UPSTREAM_FUNDS", "Not Enough balance."],
  ["NO_OFFERS", "This number is offline now"],
])("a renewal at PVAPins that failed is none, for %s", async (reason, data) => {
  const answer = json({ data, code: 200 });
  expect(await outcome(({ rental }) => rental?.extend?.(ORDER, 30, never), answer)).toMatchObject({ reason });
});

it.each<[string, Answer]>([
  ["as its clients know it", json({ balance: "12.50" })],
  ["in JSON", json({ data: "12.50", code: 100 })],
  ["as text", said("12.50")],
  ["as text with its sign", said("$12.50\n")],
])("the balance at PVAPins is read %s", async (_form, answer) => {
  expect(await outcome(({ balance }) => balance?.(never), answer)).toEqual(usd("12.50"));
});

it("a list of PVAPins is read by itself and in the frame of a rental", async () => {
  const message = { from: "Google", message: "Your code is 847291", timestamp: "17/08/2025 08:15 pm" };
  const sold = { number: "1128690001", app_name: "WhatsApp", country_name: "USA", deduct: "0.40", is_released: "0" };
  for (const framed of [(list: object[]) => json(list), (data: object[]) => json({ data, code: 100 })]) {
    const lists = [framed([{ id: 1, full_name: "USA" }]), framed([{ full_name: "WhatsApp", deduct: "0.40" }])];
    const { desks } = await visit(pvapins, { apiKey: "key" }, ...lists);
    expect(await listingsOf(desks)).toMatchObject([{ ref: "USA/WhatsApp", price: usd("0.40") }]);
    expect(await check(framed([message]))).toMatchObject({ state: "received", messages: [{ sender: "Google" }] });
    expect(await check(framed([]))).toEqual({ state: "waiting" });
    const inbox = outcome(({ rental }) => rental?.inbox(ORDER, never), framed([message]));
    expect(await inbox).toMatchObject({ messages: [{ sender: "Google" }] });
    const recent = outcome(({ verification }) => verification?.recent?.(never), framed([sold]));
    expect(await recent).toMatchObject([{ numberAsSold: "1128690001" }]);
    const rentals = outcome(({ rental }) => rental?.rentals?.(never), framed([sold]));
    expect(await rentals).toMatchObject([{ numberAsSold: "1128690001" }]);
  }
});

describe("what PVAPins says of a number", () => {
  it.each<[string, Answer]>([
    ["as text", said("Number Not Found.")],
    ["in JSON", json({ data: "Number Not Found", code: 200 })],
  ])("may be that it does not know it: %s", async (_form, answer) => {
    expect(await check(answer)).toEqual({ state: "waiting", isUnknown: true });
  });

  it.each<[string, Answer]>([
    ["no code", json({ data: "You have not received any code yet.", code: 200 })],
    ["in quotes", said('"You have not received any code yet."')],
    ["to wait", said("Please wait 120 seconds")],
    ["to come back", said("Too many requests, try again after 120 s")],
    ["a failure that names the number", json({ data: "Number 1128690001 is not active", code: 200 })],
  ])("is waiting: %s", async (_what, answer) => {
    expect(await check(answer)).toEqual({ state: "waiting" });
  });

  it.each<[string, Answer, object]>([
    ["in JSON", json({ data: "Your code is 847291", code: 100 }), { text: "Your code is 847291" }],
    ["in quotes", said('"Your code is 847291"'), { text: "Your code is 847291" }],
    ["the code alone, in JSON", json({ data: 847291, code: 100 }), { text: "", code: "847291" }],
    [
      "as a message of its own",
      json({ from: "GVoice", message: "Your code is 545", timestamp: "17/08/2025 8:15 PM" }),
      { sender: "GVoice", text: "Your code is 545", shownTime: new Date("2025-08-17T20:15:00Z") },
    ],
    [
      "that begins as a remark does",
      said("Please wait... your code: 847291"),
      { text: "Please wait... your code: 847291" },
    ],
  ])("is its message: %s", async (_what, answer, message) => {
    expect(await check(answer)).toEqual({ state: "received", messages: [message] });
  });

  it("is no message when nothing but words comes with it", async () => {
    expect(await check(json({ message: "Number 1128690001 is not active" }))).toBeInstanceOf(UpstreamFault);
  });

  it("is about the account where that is what it says, in JSON as well", async () => {
    const answer = json({ data: "Customer Not Found.", code: 200 });
    expect(await check(answer)).toMatchObject({ reason: "UPSTREAM_CREDENTIALS" });
  });

  it("is that a rental has no message yet, in JSON as well", async () => {
    const answer = json({ data: "You have not received any code yet.", code: 200 });
    expect(await outcome(({ rental }) => rental?.inbox(ORDER, never), answer)).toEqual({ messages: [] });
  });
});

describe("a cancel at PVAPins", () => {
  it.each([
    ["You can reject this number after 90 s", 90_000],
    ["Rejecting is possible after 2 minutes", 120_000],
    ["Time limit: 3 Minutes", 180_000],
  ])("is too early: %s", async (words, retryAfterMs) => {
    expect(await cancel(said(words))).toMatchObject({ reason: "CANCEL_TOO_EARLY", retryAfterMs });
    expect(await cancel(json({ data: words, code: 200 }))).toMatchObject({ reason: "CANCEL_TOO_EARLY", retryAfterMs });
  });

  it("is done by its code, or by the word", async () => {
    expect(await cancel(json({ data: "ok", code: "100" }))).toEqual({});
    expect(await cancel(said("number rejected"))).toEqual({});
    expect(await cancel(said('"Number Rejected."'))).toEqual({});
  });
});

it.each<[string, Answer]>([
  ["in JSON", json({ balance: "12.50" })],
  ["as a number", json({ balance: 12.5 })],
  ["with its sign", json({ balance: "12.50$" })],
])("the balance of PVAPins is read %s", async (_form, answer) => {
  expect(await outcome(({ balance }) => balance?.(never), answer)).toEqual(usd("12.50"));
});

it.each(["1", 1, true, "true"])("a rental of PVAPins that is released is none: %s", async (is_released) => {
  const line = { number: "12817437990", app_name: "GPay", country_name: "USA", expiry: "29/08/2025 8:15 am" };
  const answer = json([
    { ...line, is_released },
    { ...line, number: 12817437991, is_released: false },
  ]);
  const rentals = await outcome(({ rental }) => rental?.rentals?.(never), answer);
  expect(rentals).toMatchObject([{ numberAsSold: "12817437991", expireTime: new Date("2025-08-29T08:15:00Z") }]);
});

it.each([
  ["UTC", "30/07/2025 08:15 am", "29/08/2025 08:15 am"],
  ["behind it", "30/07/2025 03:15 am", "29/08/2025 03:15 am"],
  ["ahead of it", "30/07/2025 01:45 pm", "29/08/2025 01:45 pm"],
])("a rental of PVAPins begins and ends at the same moment in a zone that is %s", async (_zone, begun, expiry) => {
  const line = { number: "12817437990", app_name: "GPay", country_name: "USA", is_released: 0, expiry };
  const timestamp = Date.parse("2025-07-30T08:15:00Z") / 1_000;
  const answer = json([{ ...line, timestamp, timestamp_readable: begun }]);
  expect(await outcome(({ rental }) => rental?.rentals?.(never), answer)).toMatchObject([
    { createTime: new Date("2025-07-30T08:15:00Z"), expireTime: new Date("2025-08-29T08:15:00Z") },
  ]);
});

it("when a rental of PVAPins began is not known by a time without a zone", async () => {
  const line = { number: "12817437990", app_name: "GPay", country_name: "USA", is_released: 0 };
  const answer = json([{ ...line, timestamp: "x", timestamp_readable: "30/07/2025 08:15 am" }]);
  const [rental] = (await outcome(({ rental }) => rental?.rentals?.(never), answer)) as [{ createTime?: Date }];
  expect(rental.createTime).toBeUndefined();
});

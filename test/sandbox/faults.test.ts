import { request } from "undici";
import { describe, expect, it } from "vitest";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { until } from "../support/clock.ts";
import { buyAtPing, PING_WHATSAPP, type Visit, visit } from "./support.ts";

async function buyWith(here: Visit, kind: FaultKind) {
  here.sandbox.control.failNext({ upstream: "ping", endpoint: "create", kind });
  return here.ping("/nonvoip/orders/create", { serviceId: PING_WHATSAPP });
}

const sold = (here: Visit) => here.sandbox.control.books().ping.orders.length;

describe("faults", () => {
  it.each<[FaultKind, number, RegExp]>([
    ["html", 200, /^<!doctype html>/],
    ["html_502", 502, /^<!doctype html>/],
    ["status_500", 500, /"result":"failed"/],
    ["status_429", 429, /RATE_LIMIT_EXCEEDED/],
    ["error_in_200", 200, /"result":"failed"/],
  ])("%s answers %i and sells nothing", async (kind, status, text) => {
    const here = await visit();
    const answer = await buyWith(here, kind);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
    expect(sold(here)).toBe(0);
  });

  it.each<[FaultKind, number, RegExp]>([
    ["error_500_after", 500, /"result":"failed"/],
    ["unreadable_after", 201, /<unreadable>/],
    ["wrong_types", 201, /"result":7/],
  ])("%s answers %i and has sold the number", async (kind, status, text) => {
    const here = await visit();
    const answer = await buyWith(here, kind);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
    expect(here.sandbox.control.books().ping).toMatchObject({ balance: "999.50", orders: [{ price: "0.50" }] });
  });

  it.each<[FaultKind, number]>([
    ["reset_before", 0],
    ["reset_after", 1],
    ["truncated", 1],
  ])("%s breaks the connection with %i sold", async (kind, count) => {
    const here = await visit();
    await expect(buyWith(here, kind)).rejects.toThrow();
    expect(sold(here)).toBe(count);
  });

  it("silence answers nothing until somebody hangs up", async () => {
    const here = await visit();
    const asked = buyWith(here, "silence");
    const outcome = expect(asked).rejects.toThrow();
    await until(() => here.sandbox.control.books().ping.calls.create === 1);
    await here.sandbox.close();
    await outcome;
    expect(sold(here)).toBe(0);
  });

  it("gigantic has no end", async () => {
    const here = await visit();
    here.sandbox.control.failNext({ upstream: "ping", endpoint: "list", kind: "gigantic" });
    const answer = await request(`${here.sandbox.baseUrls.ping}/nonvoip/services`, {
      headers: { "x-ping-api-key": "sandbox" },
    });
    let size = 0;
    for await (const chunk of answer.body) {
      size += chunk.length;
      if (size > 8_000_000) break;
    }
    expect(size).toBeGreaterThan(8_000_000);
    expect((await here.ping("/nonvoip/services")).status).toBe(200);
  });

  it("slow drips the true answer, a byte every half second", async () => {
    const here = await visit();
    const { public_id: id } = await buyAtPing(here);
    here.sandbox.control.failNext({ upstream: "ping", endpoint: "poll", kind: "slow" });
    let text: string | undefined;
    const asked = here.ping(`/nonvoip/orders/${id}/poll`).then((answer) => {
      text = answer.text;
    });
    await until(() => here.sandbox.control.books().ping.calls.poll === 1);
    await here.clock.advance(10_000);
    expect(text).toBeUndefined();
    await here.clock.advance(600_000);
    await asked;
    expect(JSON.parse(text ?? "")).toMatchObject({ verification: { public_id: id, status: "pending" } });
  });

  it("are met as often as asked, by the endpoint they are for, at one upstream", async () => {
    const here = await visit();
    here.sandbox.control.failNext({ upstream: "ping", endpoint: "list", kind: "html_502", times: 2 });
    expect((await here.ping(`/nonvoip/services/${PING_WHATSAPP}`)).status).toBe(200);
    expect((await here.sms("/services/temporary/")).status).toBe(200);
    const list = async () => (await here.ping("/nonvoip/services")).status;
    expect([await list(), await list(), await list()]).toEqual([502, 502, 200]);
  });

  it("come by chance at the rate that was set, after those that were ordered, and again after a reset", async () => {
    const here = await visit();
    const { control } = here.sandbox;
    const statuses = async () => {
      control.failOften({ upstream: "ping", endpoint: "list", rate: 0.3, kinds: ["html_502", "status_500"] });
      control.failNext({ upstream: "ping", endpoint: "list", kind: "status_429" });
      const seen: number[] = [];
      for (let call = 0; call < 50; call += 1) seen.push((await here.ping("/nonvoip/services")).status);
      return seen;
    };
    const first = await statuses();
    expect(first[0]).toBe(429);
    expect(new Set(first.slice(1))).toEqual(new Set([200, 500, 502]));
    expect(first.filter((status) => status === 200).length).toBeGreaterThan(25);
    control.reset();
    expect((await here.ping("/nonvoip/services")).status).toBe(200);
    control.reset();
    expect(await statuses()).toEqual(first);
  });

  it("come by chance to one endpoint alone, until the rate is 0", async () => {
    const here = await visit();
    const { control } = here.sandbox;
    control.failOften({ upstream: "ping", endpoint: "*", rate: 1, kinds: ["html_502"] });
    control.failOften({ upstream: "ping", endpoint: "list", rate: 0 });
    expect((await here.ping("/nonvoip/services")).status).toBe(200);
    expect((await here.ping(`/nonvoip/services/${PING_WHATSAPP}`)).status).toBe(502);
    expect((await here.sms("/services/temporary/")).status).toBe(200);
    control.failOften({ upstream: "ping", endpoint: "*", rate: 0 });
    expect((await here.ping(`/nonvoip/services/${PING_WHATSAPP}`)).status).toBe(200);
  });

  it.each([
    ["smsverifyo", { ok: false, error: { code: "internal_error", message: "Something went wrong" } }],
    ["papsms", { success: false, error: { code: "internal_error", message: "Something went wrong" } }],
  ] as const)("are told by %s in its own words", async (upstream, body) => {
    const here = await visit();
    here.sandbox.control.failNext({ upstream, endpoint: "countries", kind: "status_500" });
    expect(await here[upstream]("/countries")).toMatchObject({ status: 500, body });
  });

  it.each([
    ["ping", "rental_create", (here: Visit) => here.ping("/nonvoip/rentals/create", {})],
    ["ping", "rental_messages", (here: Visit) => here.ping("/nonvoip/rentals/x/messages")],
    ["ping", "rental_extend", (here: Visit) => here.ping("/nonvoip/rentals/x/extend", {})],
    ["ping", "rental_cancel", (here: Visit) => here.ping("/nonvoip/rentals/x/cancel", {})],
    ["smsverificationservice", "rental_list", (here: Visit) => here.sms("/services/rental/")],
    ["smsverificationservice", "rental_create", (here: Visit) => here.sms("/order/rent-1day/", {})],
    ["smsverificationservice", "renew", (here: Visit) => here.sms("/order/1/renew/", {})],
    ["smsverificationservice", "esim_list", (here: Visit) => here.sms("/services/esim/")],
    ["smsverificationservice", "esim_create", (here: Visit) => here.sms("/order/esim/", {})],
    ["papsms", "finish", (here: Visit) => here.papsms("/numbers/finish/1", {})],
  ] as const)("are met at %s by %s", async (upstream, endpoint, ask) => {
    const here = await visit();
    here.sandbox.control.failNext({ upstream, endpoint, kind: "html_502" });
    expect((await ask(here)).status).toBe(502);
    expect(here.sandbox.control.books()[upstream].calls).toEqual({ [endpoint]: 1 });
  });

  it("* is met by whichever endpoint is called next, in that upstream's words", async () => {
    const here = await visit();
    const upstream = "smsverificationservice";
    here.sandbox.control.failNext({ upstream, endpoint: "*", kind: "status_429", retryAfterSeconds: 7 });
    const { status, headers, body } = await here.sms("/orders/");
    expect(status).toBe(429);
    expect(headers["retry-after"]).toBe("7");
    expect(body).toEqual({ error: "Rate limit exceeded. Maximum 60 requests per minute." });
    expect(here.sandbox.control.books()[upstream].limited).toBe(0);
  });
});

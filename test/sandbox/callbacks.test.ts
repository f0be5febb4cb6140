import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/clock.ts";
import { buyAtPapSms, buyAtSms, type Visit, visit } from "./support.ts";

type Listened = "smsverificationservice" | "papsms";

/** A customer's own server: what was posted to it, and what it answers from now on, undefined being nothing at all. */
async function customer(here: Visit, upstream: Listened) {
  const posted: unknown[] = [];
  let status: number | undefined = 200;
  const server = createServer(async (request, response) => {
    posted.push(await json(request));
    if (status !== undefined) response.writeHead(status, { location: "/elsewhere" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks?secret=s3cret`;
  expect((await here.control("/callbacks", { upstream, url })).body).toEqual({ upstream, url });
  return {
    posted,
    answers(next: number | undefined) {
      status = next;
    },
  };
}

const outcomes = (here: Visit, upstream: Listened) => here.sandbox.control.books()[upstream].callbacks;

describe("callbacks", () => {
  it("post smsVerificationService's documented body when the code comes by itself", async () => {
    const here = await visit();
    const { posted } = await customer(here, "smsverificationservice");
    const { order_id: id, phone } = await buyAtSms(here);
    await here.clock.advance(4999);
    expect(posted).toEqual([]);
    await here.clock.advance(1);
    await until(() => posted.length === 1);
    expect(posted).toEqual([
      {
        event: "incoming_message",
        message: {
          order_id: id,
          number: phone.replace(/\D/g, ""),
          service: "whatsapp",
          sender: "15551234567",
          sms: expect.stringMatching(/^Your WhatsApp code is \d{6}$/),
          type: "str",
        },
      },
    ]);
    await until(() => outcomes(here, "smsverificationservice").delivered === 1);
  });

  it("post PapSMS's id, code and full text, of a message that was delivered by command", async () => {
    const here = await visit();
    const { posted } = await customer(here, "papsms");
    const { activation_id: id } = await buyAtPapSms(here);
    await here.control("/deliver", { order_id: id, text: "Your WhatsApp code: 847291" });
    await until(() => posted.length === 1);
    expect(posted).toEqual([{ activation_id: id, code: "847291", full_text: "Your WhatsApp code: 847291" }]);
  });

  it("post each message of a rental", async () => {
    const here = await visit({ codeDelayMs: Number.POSITIVE_INFINITY });
    const { posted } = await customer(here, "smsverificationservice");
    const { order_id: id } = (await here.sms("/order/rent-1day/", { service_id: 4421 })).body.data;
    await here.control("/deliver", { order_id: id, text: "one", sender: "8843" });
    await here.control("/deliver", { order_id: id, text: "two" });
    await until(() => posted.length === 2);
    expect(posted).toContainEqual(
      expect.objectContaining({ message: expect.objectContaining({ sms: "one", sender: "8843" }) }),
    );
  });

  it("are off at the start, when turned off, and after a reset", async () => {
    const here = await visit({ codeDelayMs: 0 });
    await buyAtSms(here);
    const { posted } = await customer(here, "smsverificationservice");
    await here.control("/callbacks", { upstream: "smsverificationservice", url: null });
    await buyAtSms(here);
    await customer(here, "smsverificationservice");
    await here.control("/reset", {});
    await buyAtSms(here);
    await here.clock.advance(60_000);
    expect(posted).toEqual([]);
    expect(outcomes(here, "smsverificationservice")).toEqual({ delivered: 0, failed: 0 });
  });

  it("say nothing of a code that a cancel came before", async () => {
    const here = await visit();
    const { posted } = await customer(here, "smsverificationservice");
    const { order_id: id } = await buyAtSms(here);
    await here.sms(`/order/${id}/cancel/`, {});
    await here.clock.advance(60_000);
    expect(posted).toEqual([]);
  });

  it.each([500, 302, 404])(
    "are tried again after %i, each time twice as late, until they are taken",
    async (status) => {
      const here = await visit();
      const { posted, answers } = await customer(here, "papsms");
      answers(status);
      const { activation_id: id } = await buyAtPapSms(here);
      await here.control("/deliver", { order_id: id, code: "847291" });
      const failed = (count: number) => until(() => outcomes(here, "papsms").failed === count);
      await failed(1);
      await here.clock.advance(1000);
      await failed(2);
      await here.clock.advance(1999);
      expect(posted).toHaveLength(2);
      answers(200);
      await here.clock.advance(1);
      await until(() => outcomes(here, "papsms").delivered === 1);
      await here.clock.advance(3_600_000);
      expect(posted).toHaveLength(3);
      expect(outcomes(here, "papsms")).toEqual({ delivered: 1, failed: 2 });
    },
  );

  it("are given up after nine attempts", async () => {
    const here = await visit();
    const { posted, answers } = await customer(here, "papsms");
    answers(503);
    const { activation_id: id } = await buyAtPapSms(here);
    await here.control("/deliver", { order_id: id });
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await until(() => outcomes(here, "papsms").failed === attempt);
      await here.clock.advance(1000 * 2 ** (attempt - 1));
    }
    await here.clock.advance(24 * 3_600_000);
    expect(posted).toHaveLength(9);
  });

  it("are tried again when five seconds bring no answer", async () => {
    const here = await visit();
    const { posted, answers } = await customer(here, "papsms");
    answers(undefined);
    const { activation_id: id } = await buyAtPapSms(here);
    await here.control("/deliver", { order_id: id });
    await until(() => posted.length === 1);
    await here.clock.advance(4999);
    expect(outcomes(here, "papsms").failed).toBe(0);
    await here.clock.advance(1);
    await until(() => outcomes(here, "papsms").failed === 1);
    answers(200);
    await here.clock.advance(1000);
    await until(() => outcomes(here, "papsms").delivered === 1);
  });

  it("end with the sandbox", async () => {
    const here = await visit();
    const { posted, answers } = await customer(here, "papsms");
    answers(undefined);
    const { activation_id: id } = await buyAtPapSms(here);
    await here.control("/deliver", { order_id: id });
    await until(() => posted.length === 1);
    await here.sandbox.close();
    await here.clock.advance(3_600_000);
    expect(posted).toHaveLength(1);
  });
});

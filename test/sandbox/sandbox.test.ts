import parsePhoneNumber from "libphonenumber-js/max";
import { describe, expect, it } from "vitest";
import { papSmsCatalogue } from "../../src/sandbox/papsms/catalogue.ts";
import { createPhones } from "../../src/sandbox/phones.ts";
import { pingCatalogue } from "../../src/sandbox/ping/catalogue.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { smsVerificationServiceCatalogue } from "../../src/sandbox/smsverificationservice/catalogue.ts";
import { smsVerifyoCatalogue } from "../../src/sandbox/smsverifyo/catalogue.ts";
import { createHandClock } from "../support/clock.ts";
import { buyAtSms, visit } from "./support.ts";

describe("the sandbox", () => {
  it("plays the same codes after the same delays for the same seed", async () => {
    const run = async (seed: number) => {
      const here = await visit({ seed, codeDelayMs: { min: 3000, max: 8000 } });
      const { order_id: id } = await buyAtSms(here);
      await here.clock.advance(2999);
      expect((await here.sms(`/order/${id}/status/`)).body.data.status).toBe("pending");
      await here.clock.advance(5001);
      return (await here.sms(`/order/${id}/status/`)).body.data.otp;
    };
    expect(await run(7)).toBe(await run(7));
    expect(await run(7)).not.toBe(await run(8));
  });

  it("never gives an order's number out again after a restart", async () => {
    const first = await visit();
    const before = (await buyAtSms(first)).order_id;
    await first.sandbox.close();
    const second = await visit({ clock: createHandClock(Date.parse("2026-05-01T12:00:01Z")) });
    expect((await buyAtSms(second)).order_id).toBeGreaterThan(before);
  });

  it("closes with a client still hanging on, and twice", async () => {
    const sandbox = await startSandbox();
    sandbox.control.failNext({ upstream: "ping", endpoint: "list", kind: "silence" });
    const hanging = fetch(`${sandbox.baseUrls.ping}/nonvoip/services`, { headers: { "x-ping-api-key": "sandbox" } });
    const outcome = expect(hanging).rejects.toThrow();
    await sandbox.close();
    await sandbox.close();
    await outcome;
  });

  it("says where it answers when asked elsewhere", async () => {
    const { sandbox } = await visit();
    const answer = await fetch(`${sandbox.url}/v1/nonvoip/services`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("/ping/v1/");
  });
});

describe("its phone numbers", () => {
  const countries = [
    ...pingCatalogue(),
    ...smsVerificationServiceCatalogue(),
    ...smsVerifyoCatalogue(),
    ...papSmsCatalogue(),
  ].flatMap((offer) => (offer.product === "esim" ? [] : offer.country));

  it.each([...new Set(countries)])("could be of %s, by their length and code", (country) => {
    const phones = createPhones(createHandClock());
    for (let count = 0; count < 20; count += 1) {
      const phone = parsePhoneNumber(phones.take(country, Number.POSITIVE_INFINITY) ?? "");
      expect(phone?.isPossible()).toBe(true);
      expect(phone?.getPossibleCountries()).toContain(country);
    }
  });

  it("are not given out twice while they are taken, and again afterwards", async () => {
    const clock = createHandClock();
    const phones = createPhones(clock);
    const taken = Array.from({ length: 100 }, () => phones.take("US", clock.now() + 1000, "212"));
    expect(new Set(taken).size).toBe(100);
    expect(phones.take("US", clock.now() + 1000, "212")).toBeUndefined();
    await clock.advance(1000);
    expect(taken).toContain(phones.take("US", clock.now() + 1000, "212"));
  });
});

import { describe, expect, it } from "vitest";
import { PING_WHATSAPP, visit } from "./support.ts";

describe("Ping's list of services", () => {
  it("answers as in the document's example, money to the cent", async () => {
    const { ping } = await visit();
    const { status, text, body } = await ping(
      "/nonvoip/services?service_type=verification&country_code=US&search=tele&limit=10",
    );
    expect(status).toBe(200);
    expect(body).toEqual({
      result: "success",
      services: [
        {
          public_id: "svc_ghi789jkl012",
          name: "Telegram",
          country_code: "US",
          type: "verification",
          capabilities: ["sms"],
          cost: 0.35,
          currency: "USD",
          available: true,
        },
      ],
      total: 1,
      skip: 0,
      limit: 10,
    });
    expect(text).toContain('"cost":0.35,');
  });

  it("prints 0.50 with both of its decimals", async () => {
    const { ping } = await visit();
    expect((await ping(`/nonvoip/services/${PING_WHATSAPP}`)).text).toContain('"cost":0.50,');
  });

  it("gives 50 a page unless told, and every offer once over the pages of 100", async () => {
    const { ping } = await visit();
    expect((await ping("/nonvoip/services")).body.services).toHaveLength(50);
    const seen: string[] = [];
    let total = Number.POSITIVE_INFINITY;
    for (let skip = 0; skip < total; skip += 100) {
      const { body } = await ping(`/nonvoip/services?service_type=verification&skip=${skip}&limit=100`);
      total = body.total;
      seen.push(...body.services.map((service: { public_id: string }) => service.public_id));
    }
    expect(total).toBeGreaterThanOrEqual(230);
    expect(new Set(seen).size).toBe(total);
  });

  it.each(["limit=101", "limit=0", "limit=many", "skip=-1", "service_type=esim"])("refuses %s", async (query) => {
    const { ping, sandbox } = await visit();
    const { status, body } = await ping(`/nonvoip/services?${query}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ result: "failed", code: "INVALID_PARAMETER" });
    expect(sandbox.control.books().ping.disallowed).toEqual({ total: 1, reasons: { invalid_parameter: 1 } });
  });

  it("has some services that are not available, and one name for three brands", async () => {
    const { ping } = await visit();
    const names = (await ping("/nonvoip/services?country_code=US&limit=100")).body.services;
    expect(names).toContainEqual(expect.objectContaining({ name: "Google / YouTube / Gmail" }));
    const { body } = await ping("/nonvoip/services?country_code=GB&search=WeChat");
    expect(body.services).toMatchObject([{ available: false }]);
  });

  it("tells the success rate and the wait in the detail only", async () => {
    const { ping } = await visit();
    const { body } = await ping(`/nonvoip/services/${PING_WHATSAPP}`);
    expect(body).toEqual({
      result: "success",
      service: {
        public_id: PING_WHATSAPP,
        name: "WhatsApp",
        country_code: "US",
        type: "verification",
        capabilities: ["sms", "voice"],
        cost: 0.5,
        currency: "USD",
        available: true,
        estimated_wait_seconds: 30,
        success_rate: 0.95,
      },
    });
  });

  it("is the same in every run", async () => {
    const [one, other] = [await visit({ seed: 1 }), await visit({ seed: 2 })];
    const path = "/nonvoip/services?skip=200&limit=100";
    expect((await one.ping(path)).text).toBe((await other.ping(path)).text);
  });
});

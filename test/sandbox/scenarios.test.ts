import { describe, expect, it } from "vitest";
import { type Visit, visit } from "./support.ts";

/** Buys a service in the United States by its name, and gives what the poll knows. */
type Shop = (here: Visit, service: string) => Promise<{ status: number; poll?: () => Promise<string | null> }>;

const byName = (name: string) => (each: { name: string }) => each.name === name;

const SHOPS: Readonly<Record<string, Shop>> = {
  async ping({ ping }, service) {
    const path = "/nonvoip/services?service_type=verification&search=sandbox";
    const { public_id: serviceId } = (await ping(path)).body.services.find(byName(service));
    const { status, body } = await ping("/nonvoip/orders/create", { serviceId });
    const poll = async () => (await ping(`/nonvoip/orders/${body.verification.public_id}/poll`)).body.verification.code;
    return { status, poll };
  },
  async smsverificationservice({ sms }, service) {
    const { service_id } = (await sms("/services/temporary/")).body.data.services.find(byName(service));
    const { status, body } = await sms("/order/temporary/", { service_id });
    return { status, poll: async () => (await sms(`/order/${body.data.order_id}/status/`)).body.data.otp };
  },
  async smsverifyo({ smsverifyo }, service) {
    const { id } = (await smsverifyo("/services")).body.services.find(byName(service));
    const { status, body } = await smsverifyo("/order", { service_id: id, country_id: 187 });
    return { status, poll: async () => (await smsverifyo(`/order/${body.order.id}`)).body.order.sms_code ?? null };
  },
  async papsms({ papsms }, service) {
    const slug = service.toLowerCase().replaceAll(" ", "");
    const { status, body } = await papsms("/numbers/purchase", { country: "us", service: slug });
    const poll = async () => (await papsms(`/numbers/status/${body.data.activation_id}`)).body.data.sms?.code ?? null;
    return { status, poll };
  },
};

async function open(upstream: string, service: string) {
  const here = await visit();
  const { status, poll = async () => null } = (await SHOPS[upstream]?.(here, service)) ?? { status: 0 };
  /** The codes that a poll shows, at so many milliseconds after the purchase. */
  async function codesAt(...times: number[]): Promise<(string | null)[]> {
    const codes: (string | null)[] = [];
    let passed = 0;
    for (const time of times) {
      await here.clock.advance(time - passed);
      passed = time;
      codes.push(await poll());
    }
    return codes;
  }
  return { status, codesAt };
}

describe.each(Object.keys(SHOPS))("without any scripting, %s sells", (upstream) => {
  it("a number whose code is there at once", async () => {
    const { codesAt } = await open(upstream, "Sandbox Instant");
    expect(await codesAt(0)).toEqual([expect.stringMatching(/^\d{6}$/)]);
  });

  it("one whose code takes a minute", async () => {
    const { codesAt } = await open(upstream, "Sandbox Late");
    expect(await codesAt(59_999, 60_000)).toEqual([null, expect.stringMatching(/^\d{6}$/)]);
  });

  it("one that a second message follows four seconds later, with a code of its own", async () => {
    const { codesAt } = await open(upstream, "Sandbox Two Messages");
    const [none, first, still, second] = await codesAt(4999, 5000, 8999, 9000);
    expect(none).toBeNull();
    expect(first).toMatch(/^\d{6}$/);
    expect(still).toBe(first);
    expect(second).toMatch(/^\d{6}$/);
    expect(second).not.toBe(first);
  });

  it("one whose code never comes", async () => {
    const { codesAt } = await open(upstream, "Sandbox Never");
    expect(await codesAt(14 * 60_000)).toEqual([null]);
  });

  it("one that is listed and has run out", async () => {
    const { status } = await open(upstream, "Sandbox Empty");
    expect({ ping: 409, smsverificationservice: 400, smsverifyo: 503, papsms: 409 }[upstream]).toBe(status);
  });
});

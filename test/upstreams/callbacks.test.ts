import { describe, expect, it } from "vitest";
import { VerificationStatus as Status } from "../../gen/numgate/v1/verification_pb.ts";
import { settle, until } from "../support/clock.ts";
import { buy, type Gateway, startGateway } from "../support/gateway.ts";

const SECRET = "callback-secret-1234";

function start(): Promise<Gateway> {
  return startGateway({
    sandbox: { codeDelayMs: Number.POSITIVE_INFINITY },
    upstreams: ({ baseUrls }) => `
upstreams:
  - id: svs
    provider: smsverificationservice
    api_key: sandbox
    base_url: "${baseUrls.smsverificationservice}"
    callback_secret: ${SECRET}
  - id: pap
    provider: papsms
    api_key: sandbox
    base_url: "${baseUrls.papsms}"
    prices: { us/whatsapp: "0.80" }
    callback_secret: ${SECRET}
  - { id: ping, provider: ping, api_key: sandbox, base_url: "${baseUrls.ping}" }`,
  });
}

function post({ url }: Gateway, path: string, body: unknown): Promise<Response> {
  return fetch(`${url}/callbacks/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** As the documents show them, or say what is in them. */
const BODIES = {
  smsverificationservice: (ref: string) => ({
    event: "incoming_message",
    message: {
      order_id: Number(ref),
      number: "14155550100",
      service: "whatsapp",
      sender: "8843",
      sms: "000000",
      type: "str",
    },
  }),
  papsms: (ref: string) => ({ activation_id: ref, code: "000000", full_text: "Your code is 000000" }),
};

describe.each([
  ["svs", "smsverificationservice"],
  ["pap", "papsms"],
] as const)("a callback of %s", (id, provider) => {
  async function waiting(gateway: Gateway) {
    const { verificationId } = await buy(gateway, { upstreams: [id] });
    const polls = () => gateway.sandbox.control.books()[provider].calls.poll ?? 0;
    await until(async () => {
      await gateway.clock.advance(500);
      return polls() === 1;
    });
    await settle();
    const ref = gateway.sandbox.control.books()[provider].orders[0]?.ref ?? "";
    return { verificationId, polls, ref, body: BODIES[provider](ref) };
  }

  it("has the order asked about at once, and what the upstream says then counts", async () => {
    const gateway = await start();
    const { verificationId, ref, body } = await waiting(gateway);
    gateway.sandbox.control.deliver({ upstream: provider, orderId: ref, code: "482910" });
    expect((await post(gateway, `${id}?secret=${SECRET}`, body)).status).toBe(200);
    const received = await until(async () => {
      const { verification } = await gateway.verifications.getVerification({ verificationId });
      return verification?.status === Status.RECEIVED && verification;
    });
    expect(received.code).toBe("482910");
  });

  it("is not believed by itself, and asked about once however often it is repeated", async () => {
    const gateway = await start();
    const { verificationId, polls, body } = await waiting(gateway);
    for (let repeat = 0; repeat < 3; repeat += 1) {
      expect((await post(gateway, `${id}?secret=${SECRET}`, body)).status).toBe(200);
      await until(() => polls() === 2);
    }
    await settle();
    expect(polls()).toBe(2);
    const { verification } = await gateway.verifications.getVerification({ verificationId });
    expect(verification).toMatchObject({ status: Status.WAITING, messages: [] });
  });

  it("about an order that nobody knows is taken, and asks nothing", async () => {
    const gateway = await start();
    const { polls } = await waiting(gateway);
    expect((await post(gateway, `${id}?secret=${SECRET}`, BODIES[provider]("123"))).status).toBe(200);
    await settle();
    expect(polls()).toBe(1);
  });

  it.each([
    ["with a wrong secret", (id: string) => `${id}?secret=wrong`, {}, 403],
    ["without a secret", (id: string) => id, {}, 403],
    ["that is not JSON", (id: string) => `${id}?secret=${SECRET}`, "<html>", 400],
    ["of something else", (id: string) => `${id}?secret=${SECRET}`, { hello: "world" }, 400],
    ["that is too large", (id: string) => `${id}?secret=${SECRET}`, "x".repeat(70_000), 413],
  ] as const)("%s is refused", async (_, path, body, status) => {
    const gateway = await start();
    expect((await post(gateway, path(id), body)).status).toBe(status);
  });
});

describe("callbacks", () => {
  it("are served only for upstreams that have a secret, and only by POST", async () => {
    const gateway = await start();
    expect((await post(gateway, `ping?secret=${SECRET}`, {})).status).toBe(404);
    expect((await post(gateway, `nobody?secret=${SECRET}`, {})).status).toBe(404);
    expect((await fetch(`${gateway.url}/callbacks/svs?secret=${SECRET}`)).status).toBe(405);
  });
});

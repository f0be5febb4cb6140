import { request } from "undici";
import { onTestFinished } from "vitest";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";
import { createHandClock, type HandClock } from "../support/clock.ts";

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  /** As it came, for what a parser would round. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: each claim looks at the fields it is about.
  readonly body: any;
}

export interface Visit {
  readonly sandbox: Sandbox;
  readonly clock: HandClock;
  ping(path: string, body?: unknown): Promise<Reply>;
  sms(path: string, body?: unknown): Promise<Reply>;
  smsverifyo(path: string, body?: unknown): Promise<Reply>;
  papsms(path: string, body?: unknown): Promise<Reply>;
  control(path: string, body?: unknown): Promise<Reply>;
}

/** A call is a GET without a body and a POST with one. */
export async function call(url: string, headers: Record<string, string>, body?: unknown): Promise<Reply> {
  const answer = await request(url, {
    method: body === undefined ? "GET" : "POST",
    headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text, body: asJson(text) };
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A sandbox on a clock that stands still, closed when the test ends. Codes take 5 s. */
export async function visit(options: SandboxOptions = {}): Promise<Visit> {
  const clock = createHandClock();
  const sandbox = await startSandbox({ clock, codeDelayMs: 5000, ...options });
  onTestFinished(() => sandbox.close());
  const { baseUrls, apiKeys, url } = sandbox;
  const bearer = (id: "smsverificationservice" | "smsverifyo" | "papsms") => (path: string, body?: unknown) =>
    call(baseUrls[id] + path, { authorization: `Bearer ${apiKeys[id]}` }, body);
  return {
    sandbox,
    clock,
    ping: (path, body) => call(baseUrls.ping + path, { "x-ping-api-key": apiKeys.ping }, body),
    sms: bearer("smsverificationservice"),
    smsverifyo: bearer("smsverifyo"),
    papsms: bearer("papsms"),
    control: (path, body) => call(`${url}/sandbox${path}`, {}, body),
  };
}

export const PING_WHATSAPP = "svc_abc123def456";

export async function buyAtPing({ ping }: Visit, serviceId = PING_WHATSAPP) {
  return (await ping("/nonvoip/orders/create", { serviceId })).body.verification;
}

export async function buyAtSms({ sms }: Visit, serviceId = 1012) {
  return (await sms("/order/temporary/", { service_id: serviceId })).body.data;
}

/** WhatsApp in Russia: the one that the document's examples show. */
export async function smsVerifyoWhatsApp({ smsverifyo }: Visit) {
  const { services } = (await smsverifyo("/services")).body;
  return { service_id: services.find(({ code }: { code: string }) => code === "wa").id, country_id: 0 };
}

export async function buyAtSmsVerifyo(here: Visit) {
  return (await here.smsverifyo("/order", await smsVerifyoWhatsApp(here))).body.order;
}

export async function buyAtPapSms({ papsms }: Visit, service = "whatsapp") {
  return (await papsms("/numbers/purchase", { country: "us", service })).body.data;
}

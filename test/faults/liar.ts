import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { answered } from "../support/calls.ts";
import type { Gateway } from "../support/gateway.ts";

/** What a route answers: a value is JSON under 200; a function does as it likes. */
export type Answer = unknown | ((request: IncomingMessage, response: ServerResponse, body: string) => unknown);

export interface Liar {
  readonly url: string;
  readonly calls: { method: string; path: string; body: string }[];
  /** `POST create` and the like, tried in order. */
  on(route: RegExp, answer: Answer): void;
  count(route: RegExp): number;
}

export async function startLiar(routes: [RegExp, Answer][]): Promise<Liar> {
  const table = [...routes];
  const calls: Liar["calls"] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    calls.push({ method: request.method ?? "", path: request.url ?? "", body });
    const found = table.find(([route]) => route.test(`${request.method} ${request.url}`));
    let answer = found?.[1];
    if (typeof answer === "function") answer = await answer(request, response, body);
    if (response.headersSent || answer === undefined) {
      if (!found) response.writeHead(404).end("{}");
      return;
    }
    response.writeHead(200, { "content-type": "application/json" });
    response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    on: (route, answer) => void table.unshift([route, answer]),
    count: (route) => calls.filter(({ method, path }) => route.test(`${method} ${path}`)).length,
  };
}

export const pingService = {
  public_id: "svc_1",
  name: "WhatsApp",
  country_code: "US",
  type: "verification",
  capabilities: ["sms"],
  cost: "0.40",
  currency: "USD",
  available: true,
};
export const pingServices = (...more: object[]) => ({
  result: "success",
  services: [pingService, ...more],
  total: 1 + more.length,
});

let orders = 0;
export const pingOrder = (fields: object = {}) => ({
  result: "success",
  verification: {
    public_id: `ord_${++orders}`,
    phone_number: "+14155550100",
    cost: "0.40",
    currency: "USD",
    expires_at: "2026-05-01T12:15:00Z",
    ...fields,
  },
});

export const startPing = (create: Answer = () => pingOrder()): Promise<Liar> =>
  startLiar([
    [/GET .*services/, pingServices()],
    [/POST .*create/, create],
    [/GET .*poll/, { result: "success", verification: { status: "pending" } }],
    [/POST .*cancel/, { result: "success", verification: { refund: { amount: "0.40", currency: "USD" } } }],
  ]);

/** One entry of `upstreams:`. */
export const entry = (id: string, provider: string, url: string, more = "") =>
  `  - { id: ${id}, provider: ${provider}, api_key: sandbox, base_url: "${url}"${more} }`;
export const pingOnly = (liar: Liar) => () => `upstreams:\n${entry("ping", "ping", liar.url)}`;

export const startHandlerApi = (): Promise<Liar> =>
  startLiar([
    [/getCountries/, [{ id: 187, eng: "USA" }]],
    [/getServicesList/, { status: "success", services: [{ code: "wa", name: "WhatsApp" }] }],
    [/getPrices/, { 187: { wa: { cost: "0.40", count: 5 } } }],
    [/getBalance/, "ACCESS_BALANCE:100"],
    [
      /getNumber/,
      () => ({
        activationId: String(1000 + ++orders),
        phoneNumber: "14155550100",
        activationCost: "0.40",
        currency: 840,
      }),
    ],
    [/getStatus/, "STATUS_WAIT_CODE"],
    [/setStatus.*status=3/, "ACCESS_RETRY_GET"],
    [/setStatus.*status=6/, "ACCESS_ACTIVATION"],
    [/setStatus.*status=8/, "ACCESS_CANCEL"],
  ]);
export const handlerOnly =
  (liar: Liar, more = "") =>
  () =>
    `upstreams:\n${entry("host", "handler_api", `${liar.url}/stubs/handler_api.php`, more)}`;

export async function unary(
  { url }: Gateway,
  method: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await fetch(`${url}/numgate.v1.${method}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

/** Turns the clock in steps that leave time for what really goes over loopback. */
export async function turn({ clock }: Pick<Gateway, "clock">, ms: number, step = 1_000): Promise<void> {
  for (let turned = 0; turned < ms; turned += step) {
    await clock.advance(step);
    await answered();
  }
}

import { type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";
import type { Operator } from "./operator.ts";

/** No daemon is there, or none any more. */
const NOBODY = ["ENOENT", "ECONNREFUSED"];

/** The operator of the daemon that listens there; undefined when none does. */
export async function connectOperator(socketPath: string): Promise<Operator | undefined> {
  async function call(method: "GET" | "POST", path: string, body?: unknown): Promise<IncomingMessage> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const sending = request({ socketPath, method, path }, resolve);
      sending.on("error", reject);
      sending.end(body === undefined ? undefined : JSON.stringify(body));
    });
    if (response.statusCode === 200) return response;
    const { error } = (await readAll(response)) as { error?: string };
    throw new Error(error ?? `the running gateway answered ${response.statusCode}`);
  }
  const ask = async <T>(method: "GET" | "POST", path: string, body?: unknown) =>
    (await readAll(await call(method, path, body))) as T;

  try {
    await ask("GET", "/uncertain");
  } catch (error) {
    if (NOBODY.includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  return {
    uncertain: () => ask("GET", "/uncertain"),
    settle: (order) => ask("POST", "/settle", order),
    ledger: (repair) => (repair ? ask("POST", "/ledger/repair") : ask("GET", "/ledger")),
    async *history(filter) {
      const given = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
      const response = await call("GET", `/history?${new URLSearchParams(given)}`);
      for await (const line of createInterface({ input: response })) yield `${line}\n`;
      if (!response.complete) throw new Error("the running gateway broke off");
    },
  };
}

async function readAll(response: IncomingMessage): Promise<unknown> {
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  return JSON.parse(body);
}

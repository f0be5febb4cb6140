import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { GatewayError, UpstreamFault } from "../../src/core/error.ts";
import { createHttp, type UpstreamHttp } from "../../src/upstream/http.ts";
import { createHandClock } from "../support/clock.ts";
import { type Answer, type Behaviour, failureOf, type ScriptedServer, startScriptedServer } from "./scripted-server.ts";

const KEY = "sk_live_hush";
const never = new AbortController().signal;
const anything: z.ZodType<unknown> = z.unknown();

interface Visit {
  readonly http: UpstreamHttp;
  readonly server: ScriptedServer;
}

/** An upstream whose errors are words that end in `!`, but for what is asked at `/message`. */
async function visit(...script: (Answer | Behaviour)[]): Promise<Visit> {
  const server = await startScriptedServer();
  server.script(...script);
  const http = createHttp({
    upstream: "acme",
    baseUrl: `${server.url}/api.php`,
    headers: {},
    refusals: {
      words: (body, path) => (typeof body === "string" && body.endsWith("!") && path !== "/message" ? body : undefined),
      reasons: [[/no numbers/, "NO_NUMBERS"]],
      retryAfterMs: (words) => (words.includes("later") ? 7_000 : undefined),
    },
    textAnswers: true,
    clock: createHandClock(),
  });
  onTestFinished(() => http.close());
  return { http, server };
}

const get = ({ http }: Visit, path = "/order") => http.get(path, anything, never, { key: KEY });

describe("an answer that may be text", () => {
  it.each<[string, unknown]>([
    ["ACCESS_NUMBER:1:2", "ACCESS_NUMBER:1:2"],
    ["  1128690001\r\n", "1128690001"],
    ["\ufeff42", "42"],
    ["Ваш код 1234", "Ваш код 1234"],
    ["[TikTok] 1234 is your code", "[TikTok] 1234 is your code"],
    ["<#> Your code is 1234", "<#> Your code is 1234"],
    ['{"cost": 0.10}', { cost: "0.10" }],
    ['\ufeff{"cost": 0.10}', { cost: "0.10" }],
    ['  [{"id": 7}]', [{ id: "7" }]],
    ["[]", []],
  ])("%j is read as %j, whatever its content type says", async (body, value) => {
    for (const type of ["text/html", "application/json"]) {
      expect(await get(await visit({ headers: { "content-type": type }, body }))).toEqual(value);
    }
  });

  it.each([
    "",
    "  \n",
    "null",
    '{"half": ',
    '[{"half": ',
    '["half',
    "<!DOCTYPE html>",
    "<html>",
    "<br />\n<b>Warning</b>",
  ])("%j is not one", async (body) => {
    expect(await failureOf(get(await visit({ body })))).toMatchObject({
      name: "UpstreamFault",
      message: "GET /order was answered with something that is not text or JSON",
      sent: true,
    });
  });

  it("may be nothing where the status promises nothing", async () => {
    expect(await get(await visit({ status: 204 }))).toBe("");
  });

  it("is a refusal when its words are one, with 200 as with 400", async () => {
    for (const status of [200, 400]) {
      const failure = await failureOf(get(await visit({ status, body: "no numbers!" })));
      expect(failure).toBeInstanceOf(GatewayError);
      expect(failure).toMatchObject({ reason: "NO_NUMBERS", retryAfterMs: undefined });
    }
  });

  it("may say when to try again", async () => {
    expect(await failureOf(get(await visit({ body: "no numbers, later!" })))).toMatchObject({
      reason: "NO_NUMBERS",
      retryAfterMs: 7_000,
    });
  });

  it("is told from a message by what was asked", async () => {
    expect(await get(await visit({ body: "no numbers!" }), "/message")).toBe("no numbers!");
  });

  it("with words that nobody knows is a fault, which does not quote them", async () => {
    const failure = await failureOf(get(await visit({ body: `what about ${KEY}!` })));
    expect(failure).toBeInstanceOf(UpstreamFault);
    expect(inspect(failure)).not.toContain(KEY);
  });
});

describe("an action in the query", () => {
  it("stands before the rest of it, and in errors without it", async () => {
    const at = await visit({ status: 500 });
    const failure = await failureOf(get(at, "?action=getBalance"));
    expect(at.server.requests).toMatchObject([{ path: "/api.php", query: { action: "getBalance", key: KEY } }]);
    expect(failure.message).toBe("GET ?action=getBalance was answered 500");
    expect(inspect(failure)).not.toContain(KEY);
  });
});

describe("a GET that changes something", () => {
  const act = ({ http }: Visit) => http.act("/buy", anything, never, { key: KEY });

  it("is a GET with its query", async () => {
    const at = await visit({ body: "sold" });
    expect(await act(at)).toBe("sold");
    expect(at.server.requests).toMatchObject([{ method: "GET", path: "/api.php/buy", query: { key: KEY }, body: "" }]);
  });

  it("never goes over a connection that was used before", async () => {
    const at = await visit({ body: "seen" }, { body: "sold" }, { body: "sold" });
    await get(at);
    await act(at);
    await act(at);
    expect(new Set(at.server.requests.map(({ connection }) => connection)).size).toBe(3);
  });
});

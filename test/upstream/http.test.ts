import diagnostics from "node:diagnostics_channel";
import { getEventListeners } from "node:events";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { inspect } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { GatewayError, UpstreamFault } from "../../src/core/error.ts";
import { amount, count, id, text } from "../../src/upstream/decode.ts";
import { createHttp, type UpstreamHttp } from "../../src/upstream/http.ts";
import { createHandClock, type HandClock, settle, until } from "../support/clock.ts";
import {
  type Answer,
  type Behaviour,
  deadAddress,
  drip,
  endless,
  failureOf,
  halfOf,
  json,
  reset,
  type ScriptedServer,
  silence,
  startScriptedServer,
  stuckAfterHalfOf,
} from "./scripted-server.ts";

const KEY = "sk_live_hush";
const PHONE = "+12025550123";
/** What the hand clock shows at first, and an hour before. */
const NOON = "Fri, 01 May 2026 12:00:00 GMT";
const ELEVEN = "Fri, 01 May 2026 11:00:00 GMT";
const never = new AbortController().signal;

const number = z.object({ order: id, price: amount("USD") });
const anything: z.ZodType<unknown> = z.unknown();

interface Visit {
  readonly http: UpstreamHttp;
  readonly server: ScriptedServer;
  readonly clock: HandClock;
}

/** An upstream that says `{"error": "..."}` when it means no. */
function open(baseUrl: string, clock: HandClock, key = KEY): UpstreamHttp {
  const http = createHttp({
    upstream: "acme",
    baseUrl,
    headers: { authorization: `Bearer ${key}` },
    refusals: {
      words: (body) => z.object({ error: z.string() }).safeParse(body).data?.error,
      reasons: [
        [/no numbers/, "NO_NUMBERS"],
        [/no money/, "UPSTREAM_FUNDS"],
        [/too early/, "CANCEL_TOO_EARLY"],
        [/slow down/, "UPSTREAMS_UNAVAILABLE"],
        [/service.*not found/, "NO_OFFERS"],
        [/closed/, "NO_NUMBERS", 503],
        [/^sold out$/, "NO_NUMBERS", 503],
      ],
      retryAfterMs(words) {
        const [, seconds] = /in (\d+) s/.exec(words) ?? [];
        return seconds ? Number(seconds) * 1_000 : undefined;
      },
    },
    clock,
  });
  onTestFinished(() => http.close());
  return http;
}

async function visit(...script: (Answer | Behaviour)[]): Promise<Visit> {
  const server = await startScriptedServer();
  server.script(...script);
  const clock = createHandClock();
  return { http: open(`${server.url}/v1`, clock), server, clock };
}

const get = ({ http }: Visit) => http.get("/order/7", number, never, { customer: KEY });
const buy = ({ http }: Visit) => http.post("/orders", { phone: PHONE }, number, never);

async function refusalOf(promise: Promise<unknown>): Promise<GatewayError> {
  const error = await failureOf(promise);
  if (error instanceof GatewayError) return error;
  throw error;
}

describe("an upstream's answer", () => {
  it("is asked for with the account's key, below the base URL's own path", async () => {
    const at = await visit(json({ order: 7, price: 0.5 }));
    await at.http.get("/order/7", number, never, { country_id: "4", left_out: undefined });
    expect(at.server.requests).toMatchObject([
      {
        method: "GET",
        path: "/v1/order/7",
        query: { country_id: "4" },
        headers: { authorization: `Bearer ${KEY}`, accept: "application/json" },
        body: "",
      },
    ]);
  });

  it("is asked for under a base URL that ends in a slash as under one that does not", async () => {
    const server = await startScriptedServer();
    server.script(json({ order: 7, price: 0.5 }));
    await open(`${server.url}/v1/`, createHandClock()).get("/order/7", number, never);
    expect(server.requests[0]?.path).toBe("/v1/order/7");
  });

  it("is asked for once, with the body as JSON", async () => {
    const at = await visit(json({ order: 7, price: 0.5 }, 201));
    await buy(at);
    expect(at.server.requests).toMatchObject([
      { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ phone: PHONE }) },
    ]);
  });

  it("is asked for without a body and without its type when there is none to send", async () => {
    const at = await visit(json({ order: 7, price: 0.5 }));
    await at.http.post("/order/7/cancel", undefined, number, never);
    expect(at.server.requests[0]?.body).toBe("");
    expect(at.server.requests[0]?.headers).not.toHaveProperty("content-type");
  });

  it("may begin with a byte order mark", async () => {
    const at = await visit({ body: '\uFEFF{"order": 7, "price": 0.5}' });
    expect(await get(at)).toEqual({ order: "7", price: { currency: "USD", micros: 500_000n } });
  });

  it("may have fields that nobody reads", async () => {
    const at = await visit(json({ order: "a1", price: "0.50", flag: "🇬🇧", nested: { deep: [1] } }));
    expect(await get(at)).toEqual({ order: "a1", price: { currency: "USD", micros: 500_000n } });
  });

  it.each([
    ["0.1", 100_000n],
    ["0.30000000000000004", 300_000n],
    ["1e-2", 10_000n],
    ["12", 12_000_000n],
    ["0.50", 500_000n],
    ["4.0375", 4_037_500n],
    ["1000000", 1_000_000_000_000n],
    ['"0.15"', 150_000n],
    ["0.0000005", 1n],
    ["0", 0n],
  ])("that charges %s is read as exactly that", async (price, micros) => {
    const at = await visit(json(`{"order": 7, "price": ${price}}`));
    expect((await get(at)).price).toEqual({ currency: "USD", micros });
  });

  it.each(["-0.50", "1000000.000001", "999999999999e20", "1e400", '"free"', "null", "true", '""', "[0.5]", '"1,500"'])(
    "that charges %s is not believed",
    async (price) => {
      const at = await visit(json(`{"order": 7, "price": ${price}}`));
      expect(await failureOf(get(at))).toMatchObject({ name: "UpstreamFault", sent: true });
    },
  );

  it.each([
    ["9007199254740993", "9007199254740993"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
    ['"007"', "007"],
    ["0", "0"],
  ])("that calls an order %s keeps every digit", async (given, kept) => {
    const at = await visit(json(`{"order": ${given}, "price": 1}`));
    expect((await get(at)).order).toBe(kept);
  });
});

describe("a 404 without words that are known", () => {
  const page = { status: 404, body: "<!doctype html><title>Not Found</title>" };

  it("says of what is read that it is not there", async () => {
    expect(await failureOf(get(await visit(page)))).toMatchObject({ name: "GatewayError", reason: "NOT_FOUND" });
  });

  it("leaves open whether a purchase had its effect", async () => {
    expect(await failureOf(buy(await visit(page)))).toMatchObject({ name: "UpstreamFault", sent: true });
  });
});

describe("an answer that cannot be believed", () => {
  const page = "<!doctype html><title>Just a moment...</title>";
  const order = JSON.stringify({ order: "ord_1", price: 0.5, phone: PHONE });

  it.each<[string, Answer | Behaviour, string]>([
    ["a page of HTML with 200", { body: page }, "not JSON"],
    ["a page of HTML with 502", { status: 502, body: page }, "502"],
    ["a 500 with words that would be known", json({ error: "no numbers" }, 500), "500"],
    ["a 503", { status: 503 }, "503"],
    ["a 502 with words that are documented under 503", json({ error: "closed" }, 502), "502"],
    ["a 503 with words that are not documented under it", json({ error: "no numbers" }, 503), "503"],
    ["a 503 with words that are documented for none", json({ error: "no numbers" }, 503), "503"],
    ["a 500 with words that are documented for a 503", json({ error: "sold out" }, 500), "500"],
    ["a 503 with the documented words in another envelope", json({ message: "sold out" }, 503), "503"],
    ["a 503 with the documented words and no envelope", { status: 503, body: "sold out" }, "503"],
    ["nothing at all with 200", { body: "" }, "not JSON"],
    ["a 204", { status: 204 }, "not JSON"],
    ["JSON that breaks off", { body: order.slice(0, 20) }, "not JSON"],
    ["half a body", halfOf(order), "broke off"],
    ["a reset after the request was read", reset, "broke off"],
    ["JSON of another shape", json([order]), "not as documented"],
    ["a field of another type", json({ order: { id: 1 }, price: 1 }), "order is not as documented"],
    ["a field that is missing", json({ order: 1 }), "price is not as documented"],
    ["an order with an id of nothing", json({ order: "", price: 1 }), "order is not as documented"],
    ["null", json("null"), "not as documented"],
    ["unknown words in a 400", json({ error: `what is ${PHONE}?` }, 400), "400 with an error that is not known"],
    ["unknown words in a 200", json({ error: "tea?" }), "200 with an error that is not known"],
    ["a 418 without words", json({}, 418), "418"],
    ["a redirect", { status: 302, headers: { location: "/login" } }, "redirect"],
    ["a redirect that asks for the same again", { status: 307, headers: { location: "/v1/orders" } }, "redirect"],
    ["something that is not HTTP", (response) => void response.socket?.end("SSH-2.0-OpenSSH_9.9\r\n"), "broke off"],
  ])("%s leaves open whether the call had its effect", async (_name, answer, words) => {
    for (const call of [buy, get]) {
      const at = await visit(answer);
      const error = await failureOf(call(at));
      expect(error).toMatchObject({ name: "UpstreamFault", sent: true });
      expect(error.message).toContain(words);
      expect(at.server.requests).toHaveLength(1);
    }
  });

  it("names the request and the field, and quotes neither the upstream nor the query", async () => {
    const at = await visit(json({ order: 7, price: "a lot" }));
    expect((await failureOf(get(at))).message).toBe("unreadable answer: price is not as documented (custom)");
    at.server.script({ status: 502, body: page });
    expect((await failureOf(get(at))).message).toBe("GET /order/7 was answered 502");
  });

  it("is silence for 30 seconds", async () => {
    const at = await visit(silence);
    const failure = failureOf(buy(at));
    let over = false;
    void failure.then(() => {
      over = true;
    });
    await until(() => at.server.requests.length === 1);
    await at.clock.advance(29_999);
    expect(over).toBe(false);
    await at.clock.advance(1);
    expect(await failure).toMatchObject({ name: "UpstreamFault", sent: true });
    expect((await failure).message).toBe("POST /orders was not answered within 30 s");
    await until(() => at.server.openConnections() === 0);
  });

  it("is half a body and then silence for 30 seconds", async () => {
    const at = await visit(stuckAfterHalfOf(order));
    const failure = failureOf(get(at));
    await until(() => at.server.requests.length === 1);
    await at.clock.advance(30_000);
    expect((await failure).message).toContain("was not answered within 30 s");
  });

  it("is a body that drips for longer than 30 seconds, however steadily", async () => {
    const { behaviour, drop } = drip();
    const at = await visit(behaviour);
    const failure = failureOf(get(at));
    await until(() => at.server.requests.length === 1);
    for (let second = 0; second < 30; second += 1) {
      drop(" ");
      await at.clock.advance(1_000);
    }
    expect((await failure).message).toContain("was not answered within 30 s");
  });

  it("is more than 1 MB, of which no more is read", async () => {
    const at = await visit(endless);
    const failure = await failureOf(get(at));
    expect(failure).toMatchObject({ name: "UpstreamFault", sent: true });
    expect(failure.message).toContain("more than 1000000 bytes");
    await until(() => at.server.openConnections() === 0);
  });

  it("is not a catalogue of 2 MB", async () => {
    const many = JSON.stringify({ names: Array.from({ length: 200_000 }, (_, index) => `name ${index}`) });
    expect(many.length).toBeGreaterThan(2_000_000);
    const at = await visit(json(many), { body: `\uFEFF${many}` });
    expect(await at.http.getCatalog("/services", anything, never)).toHaveProperty("names.length", 200_000);
    expect(await at.http.getCatalog("/services", anything, never)).toHaveProperty("names.length", 200_000);
  });

  it("is a catalogue of 2 MB that breaks off", async () => {
    const at = await visit({ body: `{"names": ["${"x".repeat(2_000_000)}` });
    expect((await failureOf(at.http.getCatalog("/services", anything, never))).message).toContain("not JSON");
  });

  it("is not a catalogue of many numbers, each of which stays as it was written", async () => {
    const at = await visit(json(`{"prices": [${Array(400_000).fill("0.10").join(",")}]}`));
    const prices = z.object({ prices: z.array(z.literal("0.10")).length(400_000) });
    await at.http.getCatalog("/services", prices, never);
  });

  it("is a catalogue of more than 64 MB", async () => {
    const at = await visit(endless);
    const failure = await failureOf(at.http.getCatalog("/services", anything, never));
    expect(failure.message).toContain("more than 64000000 bytes");
    await until(() => at.server.openConnections() === 0);
  });

  it("leaves the connection fit for the next call", async () => {
    const at = await visit({ body: page }, halfOf(order), reset, endless, json(order));
    for (let call = 0; call < 4; call += 1) await failureOf(get(at));
    expect(await get(at)).toMatchObject({ order: "ord_1" });
  });
});

describe("a request that the upstream never saw", () => {
  it("is one that nobody listened to", async () => {
    const http = open(await deadAddress(), createHandClock());
    const failure = await failureOf(http.post("/orders", {}, number, never));
    expect(failure).toMatchObject({ name: "UpstreamFault", sent: false });
    expect(failure.message).toBe("POST /orders could not be sent (ECONNREFUSED)");
  });

  it("is one to a name that has several addresses, of which none listens", async () => {
    const http = open((await deadAddress()).replace("127.0.0.1", "localhost"), createHandClock());
    expect(await failureOf(http.post("/orders", {}, number, never))).toMatchObject({ sent: false });
  });

  it("is one to a name that does not resolve", async () => {
    const http = open("http://upstream.invalid/v1", createHandClock());
    expect(await failureOf(http.post("/orders", {}, number, never))).toMatchObject({ sent: false });
  });

  it("is one whose key cannot be put in a header", async () => {
    const server = await startScriptedServer();
    const http = open(server.url, createHandClock(), `${KEY}\n`);
    const failure = await failureOf(http.post("/orders", {}, number, never));
    expect(failure).toMatchObject({ name: "UpstreamFault", sent: false });
    expect(inspect(failure)).not.toContain(KEY);
    expect(server.requests).toEqual([]);
  });

  it.each([
    ["EHOSTUNREACH", Object.assign(new Error("read"), { code: "EHOSTUNREACH", syscall: "read" })],
    ["ECONNREFUSED", Object.assign(new Error("refused"), { code: "ECONNREFUSED" })],
    [
      "ECONNREFUSED",
      new AggregateError([
        Object.assign(new Error("connect"), { code: "ECONNREFUSED", syscall: "connect" }),
        Object.assign(new Error("write"), { code: "ENETUNREACH", syscall: "write" }),
      ]),
    ],
  ])("is not one whose connection is lost with %s once it is made", async (code, error) => {
    const at = await visit(silence);
    const failure = failureOf(buy(at));
    // What the kernel says when the route goes away under a connection: no server on loopback can bring it about.
    const lose = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      void until(() => at.server.requests.length === 1).then(() => socket.destroy(error));
    };
    diagnostics.subscribe("undici:client:sendHeaders", lose);
    onTestFinished(() => void diagnostics.unsubscribe("undici:client:sendHeaders", lose));
    expect(await failure).toMatchObject({ sent: true, message: `POST /orders broke off (${code})` });
  });

  it("is not one whose connection was reset, for who knows what was read", async () => {
    const at = await visit();
    at.server.resetNextConnection();
    expect(await failureOf(buy(at))).toMatchObject({ name: "UpstreamFault", sent: true });
    expect(at.server.requests).toEqual([]);
  });
});

describe("a refusal", () => {
  it.each<[string, Answer, string]>([
    ["known words with 200", json({ error: "no numbers left" }), "NO_NUMBERS"],
    ["known words with 400", json({ error: "no numbers left" }, 400), "NO_NUMBERS"],
    ["known words, whatever the status", json({ error: "no money" }, 403), "UPSTREAM_FUNDS"],
    ["words that are documented for this 5xx", json({ error: "sold out" }, 503), "NO_NUMBERS"],
    ["the same words with 400", json({ error: "sold out" }, 400), "NO_NUMBERS"],
    ["a 503 that is documented for these words", json({ error: "closed" }, 503), "NO_NUMBERS"],
    ["401", json({ error: "who are you?" }, 401), "UPSTREAM_CREDENTIALS"],
    ["401 with a page of HTML", { status: 401, body: "<html>" }, "UPSTREAM_CREDENTIALS"],
    ["402", { status: 402 }, "UPSTREAM_FUNDS"],
    ["403", json({ error: "go away" }, 403), "UPSTREAM_CREDENTIALS"],
    ["429", { status: 429 }, "UPSTREAMS_UNAVAILABLE"],
  ])("by %s is %s", async (_name, answer, reason) => {
    const at = await visit(answer);
    expect(await refusalOf(buy(at))).toMatchObject({ reason, metadata: { upstream: "acme" } });
    expect(at.server.requests).toHaveLength(1);
  });

  it.each([
    ["too early", "CANCEL_TOO_EARLY", 30_000],
    ["too early, in 90 s", "CANCEL_TOO_EARLY", 90_000],
    ["slow down", "UPSTREAMS_UNAVAILABLE", 10_000],
    ["slow down, in 999999 s", "UPSTREAMS_UNAVAILABLE", 3_600_000],
  ])("by the words `%s` is told when to try again, within the hour", async (error, reason, retryAfterMs) => {
    const at = await visit(json({ error }, 400));
    expect(await refusalOf(buy(at))).toMatchObject({ reason, retryAfterMs });
  });

  it("is looked for in the first 1,024 characters of the words", async () => {
    const at = await visit(
      json({ error: `no numbers ${"x".repeat(5_000)}` }),
      json({ error: `${"x".repeat(1_024)}no numbers` }),
    );
    expect(await refusalOf(buy(at))).toMatchObject({ reason: "NO_NUMBERS" });
    expect(await failureOf(buy(at))).toMatchObject({ name: "UpstreamFault" });
  });

  it("in words without end does not hold up everything else", async () => {
    const at = await visit(json({ error: "service ".repeat(25_000) }));
    expect(await failureOf(buy(at))).toMatchObject({ name: "UpstreamFault", sent: true });
  });

  it.each<[string, Record<string, string>, number]>([
    ["in seconds", { "retry-after": "17" }, 17_000],
    ["as a date", { "retry-after": "Fri, 01 May 2026 12:00:40 GMT", date: NOON }, 40_000],
    ["as a date in the oldest form", { "retry-after": "Fri May  1 12:00:40 2026", date: NOON }, 40_000],
    ["as a date by a clock that is behind", { "retry-after": "Fri, 01 May 2026 11:00:40 GMT", date: ELEVEN }, 40_000],
    ["as a date beside one that cannot be read", { "retry-after": "Fri, 01 May 2026 12:00:40 GMT", date: "?" }, 40_000],
    ["as a date that has passed", { "retry-after": "Fri, 01 May 2026 11:00:00 GMT", date: NOON }, 0],
    ["as less than nothing, and waits 10 s", { "retry-after": "-5" }, 10_000],
    ["for longer than an hour, and waits an hour", { "retry-after": "86400" }, 3_600_000],
    ["not at all, and waits 10 s", {}, 10_000],
    ["in words, and waits 10 s", { "retry-after": "soon" }, 10_000],
    ["as nothing, and waits 10 s", { "retry-after": "" }, 10_000],
  ])("by 429 is told how long to wait %s", async (_name, headers, retryAfterMs) => {
    const at = await visit({ status: 429, headers, body: "<html>slow down</html>" });
    expect(await refusalOf(get(at))).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE", retryAfterMs });
  });

  it.each([
    ["breaks off", (response: ServerResponse) => response.write("slow", () => response.socket?.destroy())],
    ["hangs", (response: ServerResponse) => response.write("slow")],
    ["does not end", endless],
  ])("by 429 is one also where its body %s", async (_name, say) => {
    const at = await visit((response) => {
      response.writeHead(429, { "retry-after": "17" });
      say(response);
    });
    expect(await refusalOf(get(at))).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE", retryAfterMs: 17_000 });
  });

  it("by 429s in a row that do not say how long waits 10, 20, 40 and then 60 s, and 10 again after an answer", async () => {
    const at = await visit();
    const waits: (number | undefined)[] = [];
    async function refused(): Promise<void> {
      at.server.script({ status: 429 }, json({ error: "slow down" }, 403));
      const [one, other] = [await refusalOf(get(at)), await refusalOf(get(at))];
      expect(other.retryAfterMs, "on their way together").toBe(one.retryAfterMs);
      waits.push(one.retryAfterMs);
      await at.clock.advance(one.retryAfterMs ?? 0);
    }
    for (let nth = 0; nth < 5; nth += 1) await refused();
    at.server.script(json({ order: 7, price: "0.40" }));
    await get(at);
    await refused();
    expect(waits).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 10_000]);
  });

  it("by words under another status is told how long to wait by the header", async () => {
    const at = await visit({ ...json({ error: "slow down" }, 403), headers: { "retry-after": "17" } });
    expect(await refusalOf(get(at))).toMatchObject({ reason: "UPSTREAMS_UNAVAILABLE", retryAfterMs: 17_000 });
  });
});

describe("an error", () => {
  const leaky = JSON.stringify({ error: `${KEY} ${PHONE}`, phone: PHONE, otp: "482910" });
  const answers: Record<string, Answer | Behaviour> = {
    "a refusal": json({ error: `no numbers for ${PHONE} with ${KEY}` }),
    "unknown words": json(leaky, 400),
    "a 401": json(leaky, 401),
    "a 429": json(leaky, 429),
    "a 500": json(leaky, 500),
    "a redirect": { status: 302, headers: { location: `/login?customer=${KEY}` } },
    "another shape": json({ order: `${PHONE} ${KEY}`, price: PHONE }),
    "no JSON": { body: `${KEY} ${PHONE}` },
    "half a body": halfOf(leaky),
    "a reset": reset,
    "an endless body": endless,
    "something that is not HTTP": (response) => void response.socket?.end(`${KEY} ${PHONE}\r\n`),
  };

  it.each(Object.keys(answers))("after %s holds no key, query, body, number or code", async (name) => {
    for (const call of [buy, get]) {
      const error = await failureOf(call(await visit(answers[name] ?? {})));
      const everything = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error);
      for (const secret of [KEY, PHONE, PHONE.slice(1), "482910", "customer", "authorization"]) {
        expect(everything).not.toContain(secret);
      }
    }
  });

  it("after silence holds none either", async () => {
    const at = await visit(silence);
    const failure = failureOf(get(at));
    await until(() => at.server.requests.length === 1);
    await at.clock.advance(30_000);
    expect(inspect(await failure, { depth: 10, showHidden: true })).not.toContain(KEY);
  });
});

describe("connections", () => {
  const ok = json({ order: 1, price: 1 });

  it("are kept for what only reads", async () => {
    const at = await visit(ok, ok, ok);
    for (let call = 0; call < 3; call += 1) {
      await get(at);
      await settle();
    }
    expect(at.server.requests.map(({ connection }) => connection)).toEqual([1, 1, 1]);
  });

  it("are new for each call that acts, so that one that has just died never makes a purchase uncertain", async () => {
    const at = await visit(ok, ok, ok, ok, ok);
    for (const call of [get, buy, buy, get, buy]) {
      await call(at);
      await settle();
    }
    expect(at.server.requests.map(({ connection }) => connection)).toEqual([1, 2, 3, 1, 4]);
    const acting = at.server.requests.filter(({ method }) => method === "POST");
    expect(acting.map(({ headers }) => headers.connection)).toEqual(["close", "close", "close"]);
  });

  it("are as many as there are calls under way: one that hangs holds up no other", async () => {
    const at = await visit(silence, silence, ok, ok);
    const hanging = [failureOf(get(at)), failureOf(buy(at))];
    await until(() => at.server.requests.length === 2);
    expect(await buy(at)).toMatchObject({ order: "1" });
    expect(await get(at)).toMatchObject({ order: "1" });
    await at.clock.advance(30_000);
    await Promise.all(hanging);
  });

  it("are closed with the upstream, and calls under way fail", async () => {
    const at = await visit(silence);
    const failure = failureOf(buy(at));
    await until(() => at.server.requests.length === 1);
    await at.http.close();
    expect(await failure).toMatchObject({ name: "UpstreamFault", sent: true });
    await until(() => at.server.openConnections() === 0);
  });
});

describe("a signal", () => {
  it("that aborts ends the call at once, and what became of it is not known", async () => {
    const at = await visit(silence);
    const leaving = new AbortController();
    const failure = failureOf(at.http.get("/order/7", number, leaving.signal));
    await until(() => at.server.requests.length === 1);
    leaving.abort();
    expect(await failure).toBeInstanceOf(UpstreamFault);
    await until(() => at.server.openConnections() === 0);
  });

  it("that outlives its calls keeps nothing of them", async () => {
    const at = await visit();
    const lasting = new AbortController();
    for (let call = 0; call < 20; call += 1) {
      at.server.script(call % 2 === 0 ? json({ order: 1, price: 1 }) : reset);
      await at.http.get("/order/7", number, lasting.signal).catch(() => undefined);
    }
    await settle();
    expect(getEventListeners(lasting.signal, "abort")).toEqual([]);
  });
});

it("reads counts and texts where they are documented", async () => {
  const at = await visit(json({ total: 2, name: "WhatsApp" }));
  const page = await at.http.get("/services", z.object({ total: count, name: text }), never);
  expect(page).toEqual({ total: 2, name: "WhatsApp" });
});

import { describe, expect, it, onTestFinished } from "vitest";
import type { CatalogStep, Desks, Listing, Progress } from "../../src/core/desks.ts";
import { GatewayError, type Reason, UpstreamFault } from "../../src/core/error.ts";
import { parseJson } from "../../src/upstream/decode.ts";
import type { Provider } from "../../src/upstream/define.ts";
import { createHttp } from "../../src/upstream/http.ts";
import { createHandClock } from "../support/clock.ts";
import {
  type Answer,
  type Behaviour,
  failureOf,
  halfOf,
  json,
  reset,
  type ScriptedServer,
  startScriptedServer,
} from "../upstream/scripted-server.ts";

/** A request as the document asks for it. */
export interface DocumentedRequest {
  readonly method: "GET" | "POST";
  /** With the base URL's own path, and the slash at the end where the document has one. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Absent where none is documented. */
  readonly body?: unknown;
}

/** One call, the request it must send, an answer from the document, and what must come of it. */
export interface Case {
  call(desks: Desks, signal: AbortSignal): Promise<unknown> | undefined;
  readonly request: DocumentedRequest;
  readonly answer: Answer;
  /** What the call gives. */
  readonly gives?: unknown;
  /** The reason with which it is refused, where it is. */
  readonly refuses?: Reason;
  readonly retryAfterMs?: number;
}

export interface ListingStep {
  readonly request: DocumentedRequest;
  readonly answer: Answer;
  readonly gives: readonly Listing[];
  /** Nothing else can be read without it: its failure is the whole catalogue's. */
  readonly isVital?: boolean;
}

/** What a provider's document says, case by case. */
export interface ProviderFixtures {
  /** As the document has it. */
  readonly baseUrl: string;
  /** True where the provider is spoken at many addresses, of which this is one. */
  readonly hasManyAddresses?: boolean;
  readonly options: unknown;
  /** How the document wants the key to be shown. */
  readonly headers: Readonly<Record<string, string>>;
  /** A whole catalogue, request by request. */
  readonly listings: readonly ListingStep[];
  /** Named `verb: what happens`. Those that every provider must have are below; others are as welcome. */
  readonly cases: Readonly<Record<string, Case>>;
  /** The required cases that the upstream has no answer for. */
  readonly lacks?: readonly string[];
  /** Bodies that the upstream sends by itself, and the order that each is about. Absent where none is read. */
  readonly callbacks?: Readonly<Record<string, { readonly body: string; readonly gives: string | undefined }>>;
}

type Check = (outcome: { readonly gave?: unknown; readonly refused?: Reason | undefined }) => void;

const refuses =
  (...reasons: Reason[]): Check =>
  ({ refused }) =>
    expect(reasons).toContain(refused);
const is =
  (state: Progress["state"]): Check =>
  ({ gave }) =>
    expect(gave).toMatchObject({ state });
const gives: Check = ({ gave, refused }) => {
  expect(refused).toBeUndefined();
  expect(gave).toBeDefined();
};

/** The cases that every provider must have, with what must come of each whatever the fixture says. */
const REQUIRED: Readonly<Record<string, Check>> = {
  "buy: ok": gives,
  "buy: no numbers": refuses("NO_NUMBERS"),
  "buy: no funds": refuses("UPSTREAM_FUNDS"),
  "buy: bad key": refuses("UPSTREAM_CREDENTIALS"),
  "buy: bad mapping": refuses("NO_OFFERS"),
  "buy: rate limited": refuses("UPSTREAMS_UNAVAILABLE"),
  "check: waiting": is("waiting"),
  "check: unknown word": is("waiting"),
  "check: received": is("received"),
  "check: cancelled": is("cancelled"),
  "cancel: ok": gives,
  "cancel: over": refuses("ALREADY_RECEIVED", "ALREADY_ENDED"),
};

/** Answers that say nothing which could be believed, whatever was asked. */
const UNBELIEVABLE: Readonly<Record<string, Answer | Behaviour>> = {
  "a page of HTML with 200": { body: "<!doctype html><title>Just a moment...</title>" },
  "a page of HTML with 502": { status: 502, body: "<html><h1>Bad Gateway</h1>" },
  "a 500 with an error nobody knows": json({ error: "boom" }, 500),
  "an empty body": { body: "" },
  "an object of something else": json({ tea: true }),
  null: json("null"),
  "a number": json("7"),
  "a redirect": { status: 307, headers: { location: "/login" } },
  "half a body": halfOf('{"success": true, "result": "success"}'),
  "a reset": reset,
};

const never = new AbortController().signal;

const verbOf = (title: string) => title.split(":")[0] ?? "";

interface Visit {
  readonly desks: Desks;
  readonly server: ScriptedServer;
}

/** Every promise that a provider makes, over what its document says. */
export function providerContract(name: string, provider: Provider, fixtures: ProviderFixtures): void {
  async function visit(...script: (Answer | Behaviour)[]): Promise<Visit> {
    const server = await startScriptedServer();
    server.script(...script);
    const opened = provider.open(fixtures.options);
    const http = createHttp({
      upstream: name,
      baseUrl: server.url + new URL(fixtures.baseUrl).pathname,
      headers: opened.headers,
      refusals: provider.refusals,
      textAnswers: provider.textAnswers,
      clock: createHandClock(),
    });
    onTestFinished(() => http.close());
    return { desks: opened.desks(http), server };
  }

  function expectRequest(server: ScriptedServer, nth: number, { method, path, query = {}, body }: DocumentedRequest) {
    expect(server.requests).toHaveLength(nth + 1);
    const sent = server.requests[nth];
    expect(sent).toMatchObject({ method, path, headers: fixtures.headers });
    expect(sent?.query).toEqual(query);
    if (body === undefined) {
      expect(sent?.body).toBe("");
    } else {
      expect(sent?.headers["content-type"]).toBe("application/json");
      expect(JSON.parse(sent?.body ?? "")).toEqual(body);
    }
  }

  function made(call: Promise<unknown> | undefined): Promise<unknown> {
    if (!call) throw new Error("the provider has no such verb");
    return call;
  }

  async function outcomeOf(call: Promise<unknown> | undefined) {
    try {
      return { gave: await made(call) };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return { refused: error.reason, retryAfterMs: error.retryAfterMs };
    }
  }

  describe(`the provider ${name}`, () => {
    const { cases, listings } = fixtures;
    /** Of each verb the first case that goes well. */
    const successes = Object.entries(cases)
      .filter(([, { refuses }]) => refuses === undefined)
      .map(([title]) => title)
      .filter((title, nth, titles) => titles.findIndex((other) => verbOf(other) === verbOf(title)) === nth);

    it("goes by its id, at the documented address", () => {
      const baseUrl = fixtures.hasManyAddresses ? undefined : fixtures.baseUrl;
      expect({ id: provider.id, baseUrl: provider.baseUrl }).toEqual({ id: name, baseUrl });
    });

    const { lacks = [] } = fixtures;
    it.each(Object.keys(REQUIRED).filter((title) => !lacks.includes(title)))("has the required case `%s`", (title) => {
      expect(Object.keys(cases)).toContain(title);
    });

    it("has a case that goes well for every verb", async () => {
      const { desks } = await visit();
      const { catalog, balance, verification = {}, rental = {}, esim = {} } = desks;
      const verbs = [
        ...(catalog.detail ? ["detail"] : []),
        ...(balance ? ["balance"] : []),
        ...[verification, rental, esim].flatMap((desk) => Object.keys(desk)),
      ];
      expect(successes.map(verbOf).sort()).toEqual(verbs.sort());
    });

    describe.each(Object.entries(cases))("%s", (title, { call, request, answer, ...expected }) => {
      it("is the documented request, made once, and what the answer says", async () => {
        const { desks, server } = await visit(answer);
        const { gave, refused, retryAfterMs } = await outcomeOf(call(desks, never));
        expectRequest(server, 0, request);
        expect(gave).toEqual(expected.gives);
        expect(refused).toBe(expected.refuses);
        if (expected.retryAfterMs !== undefined) expect(retryAfterMs).toBe(expected.retryAfterMs);
        REQUIRED[title]?.({ gave, refused });
      });
    });

    describe.each(successes)("in the place of `%s`", (title) => {
      const { call } = cases[title] ?? { call: () => undefined };

      it.each(Object.entries(UNBELIEVABLE))("%s is a fault, after one request", async (_name, answer) => {
        const { desks, server } = await visit(answer);
        const failure = await failureOf(made(call(desks, never)));
        expect(failure).toBeInstanceOf(UpstreamFault);
        expect(failure).toMatchObject({ sent: true });
        expect(server.requests).toHaveLength(1);
      });

      it.each<[number, Reason]>([
        [401, "UPSTREAM_CREDENTIALS"],
        [403, "UPSTREAM_CREDENTIALS"],
        [402, "UPSTREAM_FUNDS"],
        [429, "UPSTREAMS_UNAVAILABLE"],
      ])("a bare %i is %s", async (status, reason) => {
        const { desks, server } = await visit({ status });
        expect(await outcomeOf(call(desks, never))).toMatchObject({ refused: reason });
        expect(server.requests).toHaveLength(1);
      });
    });

    describe("listings", () => {
      it("are the documented requests, one a step, and what the answers say", async () => {
        const { desks, server } = await visit(...listings.map(({ answer }) => answer));
        const steps = desks.catalog.listings(never, new Map());
        for (const [nth, step] of listings.entries()) {
          expect(await steps.next()).toEqual({ done: false, value: step.gives });
          expectRequest(server, nth, step.request);
        }
        expect(await steps.next()).toMatchObject({ done: true });
        expect(server.requests).toHaveLength(listings.length);
      });

      it("have refs that are printable, without spaces, and different from each other", () => {
        const things = new Map<string, string>();
        for (const { gives } of listings) {
          for (const { ref, product, country, serviceName } of gives) {
            const thing = [product, country, serviceName].join();
            expect(ref).toMatch(/^[\x21-\x7e]+$/);
            expect(things.get(ref) ?? thing).toBe(thing);
            things.set(ref, thing);
          }
          expect(new Set(gives.map(({ ref }) => ref)).size).toBe(gives.length);
        }
      });

      it("end at a step that all rests on when it fails, and make no request after it", async () => {
        for (const [nth, { isVital }] of listings.entries()) {
          if (!isVital) continue;
          const { desks, server } = await visit(...listings.slice(0, nth).map(({ answer }) => answer), { status: 500 });
          const steps = desks.catalog.listings(never, new Map());
          for (let step = 0; step < nth; step += 1) await steps.next();
          expect(await failureOf(steps.next())).toBeInstanceOf(UpstreamFault);
          expect(await steps.next()).toMatchObject({ done: true });
          expect(server.requests).toHaveLength(nth + 1);
        }
      });

      it("go on after any other that fails, and tell how it is asked for again", async () => {
        for (const [nth, { isVital, request, answer, gives }] of listings.entries()) {
          if (isVital) continue;
          const answers = listings.map((step) => (step.request === request ? { status: 500 } : step.answer));
          const { desks, server } = await visit(...answers, { status: 500 }, answer);
          const steps = desks.catalog.listings(never, new Map());
          for (let step = 0; step < nth; step += 1) await steps.next();
          const { value: failed } = await steps.next();
          if (!failed || !("again" in failed)) throw new Error(`${request.path} is not passed over`);
          for (let step = nth + 1; step < listings.length; step += 1) {
            expect((await steps.next()).value).toHaveLength(listings[step]?.gives.length ?? 0);
          }
          expect(await steps.next()).toMatchObject({ done: true });

          expect(await failed.again()).toMatchObject({ fault: expect.any(UpstreamFault) });
          expectRequest(server, listings.length, request);
          const read = await failed.again();
          expect("fault" in read ? read.fault : read.map(({ ref }) => ref)).toEqual(gives.map(({ ref }) => ref));
        }
      });

      it("go by the last known list where one that others are asked for by fails, and tell which", async () => {
        for (const [nth, { isVital, gives, answer }] of listings.entries()) {
          if (!isVital || gives.length > 0) continue;
          const answers = listings.map(({ answer }) => answer);
          const { desks } = await visit(...answers, ...answers.with(nth, { status: 500 }), { status: 500 }, answer);
          const lists = new Map();
          for await (const _ of desks.catalog.listings(never, lists));
          const known = structuredClone(lists);

          const steps: (CatalogStep | undefined)[] = [];
          for await (const step of desks.catalog.listings(never, lists)) steps.push(step);
          expect(steps.map((step, at) => (at === nth ? [] : step))).toEqual(listings.map(({ gives }) => gives));
          const list = expect.stringMatching(/s$/);
          const unread = { fault: expect.any(UpstreamFault), list, listings: [], again: expect.any(Function) };
          const failed = steps[nth];
          expect(failed).toEqual(unread);
          if (!failed || !("again" in failed)) continue;
          expect(await failed.again()).toEqual(unread);
          expect(await failed.again()).toEqual([]);
          expect(lists).toEqual(known);
        }
      });

      it("show by their first step whether an upstream without a balance is there", async () => {
        const { desks } = await visit();
        expect(desks.balance !== undefined || listings[0]?.isVital).toBe(true);
      });

      it("that are a page of HTML are a fault", async () => {
        const { desks } = await visit({ body: "<!doctype html>" });
        const first = desks.catalog.listings(never, new Map()).next();
        const failure = listings[0]?.isVital
          ? failureOf(first)
          : first.then(({ value }) => value && "fault" in value && value.fault);
        expect(await failure).toBeInstanceOf(UpstreamFault);
      });
    });

    const { callbacks } = fixtures;

    it("has callbacks to be read if it reads any", () => {
      expect(callbacks !== undefined).toBe(provider.callback !== undefined);
    });

    if (callbacks)
      describe("callbacks", () => {
        const read = (body: string) => provider.callback?.(parseJson(body));

        it.each(Object.entries(callbacks))("tell their order %s", (_title, { body, gives }) => {
          expect(read(body)).toBe(gives);
        });

        it.each(["null", "7", '"text"', "[]", "{}", '{"message": null}', '{"data": []}'])(
          "tell nothing as %s",
          (body) => {
            expect(read(body)).toBeUndefined();
          },
        );

        it("tell nothing when what they name is too long to be an order", () => {
          for (const { body, gives } of Object.values(callbacks)) {
            if (gives !== undefined) expect(read(body.replaceAll(gives, "1".repeat(200)))).toBeUndefined();
          }
        });
      });

    it("makes no request before it is asked to", async () => {
      const { desks, server } = await visit();
      desks.catalog.listings(never, new Map());
      expect(server.requests).toEqual([]);
    });

    it("is not opened without a key", () => {
      expect(() => provider.open({})).toThrow();
      expect(() => provider.open({ ...(fixtures.options as object), apiKey: "" })).toThrow();
    });
  });
}

/** Money as the suite's fixtures write it. */
export function usd(decimal: string): { readonly currency: string; readonly micros: bigint } {
  const [units = "0", fraction = ""] = decimal.split(".");
  return { currency: "USD", micros: BigInt(units) * 1_000_000n + BigInt(fraction.padEnd(6, "0")) };
}

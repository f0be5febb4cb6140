import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Database, formatListener, isLocal, type Listener } from "../../src/config.ts";
import { ALL_PROVIDERS, load } from "./support.ts";

const TOKEN = "a-token-that-nobody-guesses";
const DAY_MS = 86_400_000;

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function usd(micros: bigint) {
  return { currency: "USD", micros };
}

describe("a configuration file", () => {
  it("fills in what it leaves out", () => {
    const config = load("log_level: info", { env: { PING_API_KEY: "key" } });
    expect(config).toMatchObject({
      listen: [{ kind: "tcp", host: "127.0.0.1", port: 7070 }],
      database: { engine: "sqlite", path: "./numgate.db" },
      logLevel: "info",
      callers: [],
      routing: { defaultStrategy: "CHEAPEST" },
      retention: { messagesMs: 30 * DAY_MS, ordersMs: 400 * DAY_MS },
      warnings: [],
    });
    expect(config).not.toHaveProperty("tls");
  });

  it.each(["{}", "callers:\nupstreams:\nrouting:\nretention:", "callers: []\nupstreams: []"])(
    "may leave everything out: %j",
    (yaml) => {
      expect(load(yaml)).toMatchObject({ sandbox: true, callers: [], upstreams: [] });
    },
  );

  it("is read whole: the example", () => {
    const env = {
      CI_TOKEN: TOKEN,
      ALICE_TOKEN_SHA256: sha256("alice's token").toUpperCase(),
      PING_API_KEY: "ping-key",
      SMSVERIFICATIONSERVICE_API_KEY: "svs-key",
      CALLBACK_SECRET: "0123456789abcdef",
      SMSVERIFYO_API_KEY: "verifyo-key",
      PAPSMS_API_KEY: "papsms-key",
    };
    const config = load(readFileSync("numgate.example.yaml", "utf8"), { env });
    expect(config.warnings).toEqual([]);
    expect(config.callers).toEqual([
      {
        caller: {
          name: "ci",
          budget: {
            perDay: usd(20_000_000n),
            perMonth: usd(300_000_000n),
            maxPrice: usd(1_500_000n),
            maxOpen: 20,
            maxWithoutCode: 50,
          },
          allow: { services: ["whatsapp", "telegram"], countries: ["US", "GB"], upstreams: ["ping", "papsms"] },
        },
        tokenSha256: sha256(TOKEN),
      },
      { caller: { name: "alice", budget: { maxWithoutCode: 100 }, allow: {} }, tokenSha256: sha256("alice's token") },
    ]);
    expect(config.upstreams.map(({ id, provider, enabled }) => [id, provider, enabled])).toEqual([
      ["ping", "ping", true],
      ["sms-verification-service", "smsverificationservice", true],
      ["smsverifyo", "smsverifyo", true],
      ["papsms", "papsms", true],
      ["pvapins", "pvapins", false],
      ["tokens", "handler_api", false],
    ]);
    const [ping, svs, , papsms, pvapins, tokens] = config.upstreams;
    expect(ping?.apiKey.reveal()).toBe("ping-key");
    expect(ping?.limits).toEqual({ account: { calls: 100, windowMs: 60_000 } });
    expect(svs?.callbackSecret?.reveal()).toBe("0123456789abcdef");
    expect(papsms?.prices).toEqual({ "us/whatsapp": usd(800_000n), "gb/telegram": usd(550_000n) });
    expect(pvapins?.apiKey.reveal()).toBe("not-there-yet");
    const rentFiles = {
      rentals: "load_rent.php",
      inbox: "load_rent_code.php",
      extend: "rent_renew_number.php",
      release: "reject_rent.php",
    };
    expect(pvapins?.pvapins).toEqual({ rentDays: 30, rentFiles });
    expect(tokens?.handlerApi).toEqual({
      currency: "RUB",
      version: "text",
      cancelDelayMs: 120_000,
      lifetimeMs: 1_200_000,
      needsReady: false,
      rentDays: [1, 7, 30],
    });
    expect(config.routing.rates).toEqual({ RUB: 11_000n });
  });

  it("takes the example's tls as well, once its marks are taken away", () => {
    const example = readFileSync("numgate.example.yaml", "utf8").replace(
      /^# ?(tls:|(?: {2}(?:cert|key|client_ca):))/gm,
      "$1",
    );
    const env = Object.fromEntries(
      [...example.matchAll(/\$\{([A-Z]\w*)\}/g)].map(([, name = ""]) => [
        name,
        name.includes("SHA") ? sha256(name) : TOKEN,
      ]),
    );
    expect(load(example.replaceAll(`\${NAME}`, ""), { env }).tls).toEqual({
      certFile: "/etc/numgate/tls.crt",
      keyFile: "/etc/numgate/tls.key",
      clientCaFile: "/etc/numgate/clients.crt",
    });
  });

  it("lets an alias repeat a value", () => {
    const config = load(`
callers:
  - { name: a, token: ${TOKEN}, budget: &small { max_open: 2 } }
  - { name: b, token: ${TOKEN}-2, budget: *small }
`);
    expect(config.callers.map(({ caller }) => caller.budget.maxOpen)).toEqual([2, 2]);
  });

  it.each([
    ["{ max_open: 2 }", 100],
    ["{ max_without_code: 7 }", 7],
    ["{ max_without_code: off }", undefined],
  ])("bounds purchases without a code, by the budget %s, at %s", (budget, bound) => {
    const config = load(`callers: [{ name: a, token: ${TOKEN}, budget: ${budget} }, { name: b, token: ${TOKEN}-2 }]`);
    expect(config.callers.map(({ caller }) => caller.budget.maxWithoutCode)).toEqual([bound, 100]);
  });

  it("takes an unquoted scalar as it is written", () => {
    const config = load(`callers: [{ name: 007, token: 01234567890123456789 }]`);
    expect(config.callers[0]?.caller.name).toBe("007");
    expect(config.callers[0]?.tokenSha256).toBe(sha256("01234567890123456789"));
  });
});

describe("listen", () => {
  it.each<[string, Listener, boolean]>([
    ["127.0.0.1:7070", { kind: "tcp", host: "127.0.0.1", port: 7070 }, true],
    ["127.9.9.9:1", { kind: "tcp", host: "127.9.9.9", port: 1 }, true],
    ["localhost:0", { kind: "tcp", host: "localhost", port: 0 }, true],
    ['"[::1]:7070"', { kind: "tcp", host: "::1", port: 7070 }, true],
    ['"[::]:7070"', { kind: "tcp", host: "::", port: 7070 }, false],
    ["0.0.0.0:7070", { kind: "tcp", host: "0.0.0.0", port: 7070 }, false],
    ["localhost.example.com:80", { kind: "tcp", host: "localhost.example.com", port: 80 }, false],
    ["unix:/run/numgate.sock", { kind: "unix", path: "/run/numgate.sock" }, true],
    ["unix:./numgate.sock", { kind: "unix", path: "numgate.sock" }, true],
    ["unix:///run/numgate.sock", { kind: "unix", path: "/run/numgate.sock" }, true],
  ])("reads %s", (written, listener, local) => {
    const { listen } = load(`listen: ${written}\ncallers: [{ name: a, token: ${TOKEN} }]`);
    expect(listen).toEqual([listener]);
    expect(isLocal(listener)).toBe(local);
  });

  it("may be a list", () => {
    const { listen } = load('listen: [127.0.0.1:7070, "[::1]:7070", unix:/run/numgate.sock]');
    expect(load("listen: [127.0.0.1:0, 127.0.0.1:0]").listen).toHaveLength(2);
    expect(listen.map(formatListener)).toEqual(["127.0.0.1:7070", "[::1]:7070", "unix:/run/numgate.sock"]);
  });
});

describe("database", () => {
  it.each<[string, Database]>([
    ["sqlite:./numgate.db", { engine: "sqlite", path: "./numgate.db" }],
    ["sqlite:/var/lib/numgate.db", { engine: "sqlite", path: "/var/lib/numgate.db" }],
    ["sqlite::memory:", { engine: "sqlite", path: ":memory:" }],
  ])("reads %s", (written, database) => {
    expect(load(`database: "${written}"`).database).toEqual(database);
  });

  it.each(["postgres://u:p@db/numgate", "postgresql://db:5432/numgate?sslmode=require"])("reads %s", (url) => {
    const { database } = load(`database: ${url}`);
    expect(database.engine === "postgres" && database.url.reveal()).toBe(url);
  });
});

describe("money", () => {
  it.each<[string, bigint]>([
    ["20.00", 20_000_000n],
    ['"20.00"', 20_000_000n],
    ["0.1", 100_000n],
    ["0.000001", 1n],
    ["123456789.123456", 123_456_789_123_456n],
    ["999999999.999999", 999_999_999_999_999n],
    ["0", 0n],
  ])("reads %s exactly", (written, micros) => {
    const config = load(`
callers: [{ name: a, token: ${TOKEN}, budget: { per_day: ${written} } }]
upstreams: [{ id: p, provider: papsms, api_key: k, prices: { us/whatsapp: ${written} } }]
`);
    expect(config.callers[0]?.caller.budget.perDay).toEqual(usd(micros));
    expect(config.upstreams[0]?.prices["us/whatsapp"]).toEqual(usd(micros));
  });
});

describe("upstreams", () => {
  const upstream = (rest: string) => load(`upstreams: [{ id: p, provider: ping, api_key: k, ${rest} }]`).upstreams[0];

  it.each([
    ["5/s", 5, 1000],
    ["120/min", 120, 60_000],
    ["1000/h", 1000, 3_600_000],
  ])("reads the limit %s", (written, calls, windowMs) => {
    expect(upstream(`limits: { poll: ${written} }`)?.limits).toEqual({ poll: { calls, windowMs } });
  });

  it.each([
    ["https://api.example.com/v1/", "https://api.example.com/v1"],
    ["https://api.example.com", "https://api.example.com"],
    ["http://127.0.0.1:8080//", "http://127.0.0.1:8080"],
  ])("reads the base URL %s", (written, normal) => {
    expect(upstream(`base_url: ${written}`)?.baseUrl).toBe(normal);
  });

  it.each(ALL_PROVIDERS)("may be of the provider %s", (provider) => {
    const yaml = `upstreams: [{ id: p, provider: ${provider}, api_key: k, base_url: "https://api.example.com/v1" }]`;
    expect(load(yaml).upstreams[0]?.provider).toBe(provider);
  });

  it("warns of a key that others can read on its way", () => {
    expect(load("upstreams: [{ id: p, provider: ping, api_key: k, base_url: http://sandbox:80 }]").warnings).toEqual([
      "The upstream p is called over plain http: its key can be read on the way.",
    ]);
  });

  it("does not fall back to the sandbox when all are disabled", () => {
    const yaml = "upstreams: [{ id: p, provider: ping, api_key: k, enabled: false }]";
    expect(load(yaml, { env: { PAPSMS_API_KEY: "k" } })).toMatchObject({
      sandbox: false,
      upstreams: [{ id: "p", enabled: false }],
      warnings: ["Every upstream is disabled: nothing can be bought."],
    });
  });
});

describe("retention", () => {
  it.each([
    ["90s", 90_000],
    ["15m", 900_000],
    ["36h", 129_600_000],
    ["7d", 7 * DAY_MS],
  ])("reads %s", (written, ms) => {
    expect(load(`retention: { messages: ${written} }`).retention).toEqual({ messagesMs: ms, ordersMs: 400 * DAY_MS });
  });
});

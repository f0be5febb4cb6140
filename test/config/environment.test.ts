import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { KNOWN_PROVIDERS } from "../../src/accounts.ts";
import { substitute } from "../../src/config/substitute.ts";
import { loadConfig } from "../../src/config.ts";
import { load, problemsOf } from "./support.ts";

const TOKEN = "a-token-that-nobody-guesses";
const origin = process.cwd();
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "numgate-environment-"));
  process.chdir(directory);
});

afterEach(() => {
  process.chdir(origin);
  rmSync(directory, { recursive: true });
});

function start(env: Record<string, string>, path?: string, providers = KNOWN_PROVIDERS) {
  return loadConfig({ path, env, providers });
}

describe("which file is read", () => {
  beforeEach(() => {
    writeFileSync("numgate.yaml", "log_level: debug");
    writeFileSync("other.yaml", "log_level: error");
  });

  it("is ./numgate.yaml when none is named", () => {
    expect(start({})).toMatchObject({ file: "numgate.yaml", logLevel: "debug" });
  });

  it("is the one of NUMGATE_CONFIG", () => {
    expect(start({ NUMGATE_CONFIG: "other.yaml" })).toMatchObject({ file: "other.yaml", logLevel: "error" });
  });

  it("is the one of --config before that of NUMGATE_CONFIG", () => {
    expect(start({ NUMGATE_CONFIG: "numgate.yaml" }, "other.yaml")).toMatchObject({ logLevel: "error" });
  });

  it("is none when there is none", () => {
    rmSync("numgate.yaml");
    expect(start({})).not.toHaveProperty("file");
  });
});

describe("without a file", () => {
  it("runs the sandbox, on a database of its own", () => {
    expect(start({})).toMatchObject({
      sandbox: true,
      upstreams: [],
      database: { engine: "sqlite", path: "./numgate-sandbox.db" },
      warnings: [],
    });
  });

  it.each([
    ["PING_API_KEY", "ping"],
    ["SMSVERIFICATIONSERVICE_API_KEY", "smsverificationservice"],
    ["SMSVERIFYO_API_KEY", "smsverifyo"],
    ["PAPSMS_API_KEY", "papsms"],
    ["PVAPINS_API_KEY", "pvapins"],
  ])("%s switches an upstream on", (variable, provider) => {
    const { sandbox, upstreams, database } = start({ [variable]: "the-key" });
    expect(sandbox).toBe(false);
    expect(upstreams).toMatchObject([{ id: provider, provider, limits: {}, prices: {}, enabled: true }]);
    expect(upstreams[0]?.apiKey.reveal()).toBe("the-key");
    expect(database).toEqual({ engine: "sqlite", path: "./numgate.db" });
  });

  it("switches on as many as there are keys, empty ones aside", () => {
    const { upstreams } = start({ PING_API_KEY: "a", PAPSMS_API_KEY: "", PVAPINS_API_KEY: "b" });
    expect(upstreams.map(({ id }) => id)).toEqual(["ping", "pvapins"]);
  });

  it("switches on a provider that nothing but the list of providers names", () => {
    expect(start({ ACME_API_KEY: "the-key" }, undefined, [{ id: "acme", limits: {} }])).toMatchObject({
      sandbox: false,
      upstreams: [{ id: "acme", provider: "acme" }],
    });
  });

  it("leaves a key aside whose provider is spoken at many addresses", () => {
    expect(start({ HANDLER_API_API_KEY: "the-key" })).toMatchObject({ sandbox: true, upstreams: [] });
  });

  it("refuses a key that no header can hold", () => {
    expect(problemsOf(() => start({ PING_API_KEY: "secret-key\n" }))).toEqual([
      "PING_API_KEY: it holds white space or characters outside ASCII (a line break at its end?); expected a key",
    ]);
  });
});

describe("a file without upstreams", () => {
  it("takes the keys of the environment", () => {
    expect(load("upstreams: []", { env: { PING_API_KEY: "a" } })).toMatchObject({
      sandbox: false,
      upstreams: [{ id: "ping" }],
    });
  });

  it.each([
    [{ PING_API_KEY: "a" }, "ping", true],
    [{ PING_API_KEY: "a" }, "papsms", false],
    [{}, "papsms", true],
  ])("checks a caller's upstreams against %j: %s", (env: Record<string, string>, id, known) => {
    const attempt = () => load(`callers: [{ name: a, token: ${TOKEN}, allow: { upstreams: [${id}] } }]`, { env });
    if (known) expect(attempt).not.toThrow();
    else expect(problemsOf(attempt)).toEqual([expect.stringContaining("expected one of ping")]);
  });

  it("warns when the sandbox would write where bought orders may be", () => {
    const warning = "The sandbox writes its pretended orders to the configured database, where bought ones may be.";
    expect(load("database: sqlite:./numgate.db").warnings).toEqual([warning]);
    expect(start({ NUMGATE_DATABASE: "postgres://u:p@db/numgate" }).warnings).toEqual([warning]);
    expect(load('database: "sqlite::memory:"').warnings).toEqual([]);
  });

  it("ignores the environment's keys once it lists an upstream", () => {
    const { upstreams } = load("upstreams: [{ id: a, provider: ping, api_key: k }]", { env: { PAPSMS_API_KEY: "b" } });
    expect(upstreams.map(({ id }) => id)).toEqual(["a"]);
  });
});

describe("overrides", () => {
  const yaml = "listen: 127.0.0.1:1\ndatabase: sqlite:./file.db";

  it("put NUMGATE_LISTEN and NUMGATE_DATABASE before the file", () => {
    const env = { NUMGATE_LISTEN: "127.0.0.1:2, unix:/run/numgate.sock", NUMGATE_DATABASE: "sqlite:./env.db" };
    expect(load(yaml, { env })).toMatchObject({
      listen: [
        { kind: "tcp", host: "127.0.0.1", port: 2 },
        { kind: "unix", path: "/run/numgate.sock" },
      ],
      database: { engine: "sqlite", path: "./env.db" },
    });
  });

  it("say nothing when they are empty", () => {
    expect(load(yaml, { env: { NUMGATE_LISTEN: "", NUMGATE_DATABASE: "", NUMGATE_CONFIG: "" } })).toMatchObject({
      listen: [{ port: 1 }],
      database: { path: "./file.db" },
    });
  });

  it("are refused by the variable's name", () => {
    expect(problemsOf(() => start({ NUMGATE_LISTEN: "127.0.0.1:1,::1:2", NUMGATE_DATABASE: "my:secret" }))).toEqual([
      "NUMGATE_LISTEN: listen: an IPv6 address needs brackets, as in [::1]:7070",
      "NUMGATE_DATABASE: database: expected sqlite:<path>, sqlite::memory: or postgres://...",
    ]);
    expect(problemsOf(() => start({ NUMGATE_LISTEN: "127.0.0.1:1, 127.0.0.1:1" }))).toEqual([
      "NUMGATE_LISTEN: listen: 127.0.0.1:1 is the same address as listen[0]; expected a different one",
    ]);
  });

  it("can make an open file safe", () => {
    expect(load("listen: 0.0.0.0:7070", { env: { NUMGATE_LISTEN: "127.0.0.1:7070" } }).listen).toHaveLength(1);
  });
});

describe("substitution", () => {
  const env = { NAME: "value", EMPTY: "", NESTED: `\${NAME}`, YAML: "a: [b" };

  it.each([
    [`\${NAME}`, "value"],
    [`x\${NAME}y\${NAME}z`, "xvalueyvaluez"],
    [`\${NAME:-default}`, "value"],
    [`\${UNSET:-a default}`, "a default"],
    [`\${UNSET:-}`, ""],
    [`\${EMPTY:-default}`, "default"],
    [`\${EMPTY}`, ""],
    [`$\${NAME}`, `\${NAME}`],
    [`$$\${NAME}`, `$\${NAME}`],
    [`\${NESTED}`, `\${NAME}`],
    [`\${YAML}`, "a: [b"],
    ["$NAME costs $5", "$NAME costs $5"],
  ])("turns %s into %j", (written, text) => {
    expect(substitute(written, env)).toMatchObject({ text, complaints: [] });
  });

  it.each([`\${UNSET}`, `\${`, `\${}`, `\${NAME`, `\${a-b}`, `\${NAME:-\${NAME}}`, `\${1}`])(
    "refuses %s",
    (written) => {
      expect(substitute(written, env).complaints).toHaveLength(1);
    },
  );

  it("takes what a variable holds as text, whatever it would be in YAML", () => {
    const { upstreams } = load(`upstreams:\n  - id: a\n    provider: ping\n    api_key: \${KEY}`, {
      env: { KEY: "a:#[]{}\"'*&!" },
    });
    expect(upstreams[0]?.apiKey.reveal()).toBe("a:#[]{}\"'*&!");
  });
});

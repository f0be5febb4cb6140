import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { maskedConfig } from "../../src/config.ts";
import { Secret } from "../../src/core/secret.ts";
import { load, refuse } from "./support.ts";

// Each is long enough to be taken for a token, and found in a text by its first word.
const SECRETS = {
  TOKEN: "geheim-token-0123456789",
  API_KEY: "geheim-api-key-0123456789",
  CALLBACK: "geheim-callback-0123456789",
  PASSWORD: "geheim-password",
};

const YAML = `
database: postgres://numgate:\${PASSWORD}@db.internal:5432/numgate?password=\${PASSWORD}
callers:
  - { name: ci, token: "\${TOKEN}", budget: { per_day: 20.00, max_price: "1.5" }, allow: { countries: [us] } }
upstreams:
  - id: ping
    provider: ping
    api_key: \${API_KEY}
    callback_secret: \${CALLBACK}
    limits: { account: 60/min }
    prices: { us/whatsapp: 0.0375 }
tls: { cert: a.crt, key: a.key }
`;

describe("a secret", () => {
  const secret = new Secret("geheim");

  it.each<[string, (value: Secret) => unknown]>([
    ["String", String],
    ["a template", (value) => `${value}`],
    ["concatenation", (value) => `x${value}`.slice(1)],
    ["JSON.stringify", (value) => JSON.stringify(value).slice(1, -1)],
    ["util.inspect", (value) => inspect(value)],
    ["util.inspect, showing all", (value) => inspect(value, { showHidden: true, getters: true, showProxy: true })],
  ])("is masked by %s", (_, print) => {
    expect(print(secret)).toBe("****");
  });

  it("has no property to be found in", () => {
    expect({ ...secret }).toEqual({});
    expect(Reflect.ownKeys(secret)).toEqual([]);
    expect(inspect(structuredClone({ secret }))).not.toContain("geheim");
  });

  it("is given when asked for", () => {
    expect(secret.reveal()).toBe("geheim");
  });
});

describe("a configuration", () => {
  const config = load(YAML, { env: SECRETS });

  it("is never printed with a secret in it", () => {
    const printed = [
      inspect(config, { depth: null, showHidden: true }),
      JSON.stringify(config, (_, value) => (typeof value === "bigint" ? String(value) : value)),
      config.upstreams.map(({ apiKey, callbackSecret }) => `${apiKey} ${callbackSecret}`).join(),
      maskedConfig(config),
    ];
    for (const text of printed) expect(text).not.toContain("geheim");
    expect(config.upstreams[0]?.apiKey.reveal()).toBe(SECRETS.API_KEY);
  });

  it("is printed with its defaults, without secrets and with what the environment gave", () => {
    expect(maskedConfig(config).replace(/^# .*numgate\.yaml$/m, "# numgate.yaml")).toBe(`# numgate.yaml

listen: 127.0.0.1:7070
database: postgres://****@db.internal:5432/numgate # PASSWORD
log_level: info
tls:
  cert: a.crt
  key: a.key
callers:
  - name: ci
    token_sha256: 01ab20ff****
    budget:
      per_day: "20.00"
      max_price: "1.50"
      max_without_code: 100
    allow:
      countries:
        - US
upstreams:
  - id: ping
    provider: ping
    api_key: "****" # API_KEY
    limits:
      account: 60/min
    prices:
      us/whatsapp: "0.0375"
    callback_secret: "****" # CALLBACK
    enabled: true
routing:
  default_strategy: CHEAPEST
retention:
  messages: 30d
  orders: 400d
`);
  });

  it("names the overrides", () => {
    const env = { NUMGATE_LISTEN: "127.0.0.1:1,unix:/run/numgate.sock", NUMGATE_DATABASE: "sqlite:./env.db" };
    expect(maskedConfig(load("retention: { messages: 90s }", { env }))).toContain(`; no upstreams: the sandbox

listen:
  # NUMGATE_LISTEN
  - 127.0.0.1:1
  - unix:/run/numgate.sock
database: sqlite:./env.db # NUMGATE_DATABASE
log_level: info
callers: []
upstreams: []
routing:
  default_strategy: CHEAPEST
retention:
  messages: 90s
  orders: 400d
`);
  });
});

describe("an error", () => {
  const SECRET = "geheim-0123456789";
  const VARIABLE = `\${SECRET}`;
  // Where a secret can be put rightly, and where it can be put by mistake.
  const inPlace = (secret: string) => [
    `callers: [{ name: a, token: "${secret} " }]`,
    `callers: [{ name: a, token_sha256: "${secret}" }]`,
    `callers: [{ name: a, token: { "${secret}" } }]`,
    `callers: [{ name: a, token: ["${secret}"] }]`,
    `callers: [{ name: a, "${secret}" }]`,
    `callers: ["${secret}"]`,
    `callers: "${secret}"`,
    `upstreams: [{ id: a, provider: ping, api_key: "${secret} " }]`,
    `upstreams: [{ id: a, provider: ping, api_key: { a: "${secret}" } }]`,
    `upstreams: [{ id: a, provider: ping, api_kye: "${secret}" }]`,
    `upstreams: [{ id: a, provider: ping, api_key: k, callback_secret: "${secret}\\n" }]`,
    `upstreams: [{ id: a, provider: ping, api_key: k, base_url: "https://u:${secret}@x" }]`,
    `upstreams: [{ id: a, provider: ping, api_key: k, base_url: "https://x?key=${secret}" }]`,
    `database: "mysql://u:${secret}@x"`,
    `database: "postgres://u:${secret}@[x"`,
  ];
  const notYaml = [
    `token: !${SECRET}`,
    `token: *${SECRET}`,
    `token: &${SECRET}`,
    `token: @${SECRET}`,
    `token: "${SECRET}`,
    `token: "\\${SECRET}"`,
    `token: ${SECRET}: x`,
    `token:${SECRET}`,
    `- ${SECRET}`,
    `%${SECRET}\n---\na: b`,
  ];

  it.each([...inPlace(SECRET), ...notYaml])("does not quote the secret in %j", (yaml) => {
    expect(refuse(yaml).join("\n")).not.toContain("geheim");
  });

  it.each([
    ...inPlace(VARIABLE),
    `log_level: ${VARIABLE}`,
    `listen: ${VARIABLE}`,
    `upstreams: [{ id: "${VARIABLE} ", provider: "${VARIABLE}", api_key: k, enabled: "${VARIABLE}" }]`,
    `callers: [{ name: "${VARIABLE} ", budget: { per_day: "${VARIABLE}" } }]`,
  ])("does not quote the variable's value in %j", (yaml) => {
    expect(refuse(yaml, { env: { SECRET } }).join("\n")).not.toContain("geheim");
  });
});

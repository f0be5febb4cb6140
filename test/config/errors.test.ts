import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { KNOWN_PROVIDERS } from "../../src/accounts.ts";
import { loadConfig } from "../../src/config.ts";
import { ALL_PROVIDERS, problemsOf, refuse } from "./support.ts";

const TOKEN = "a-token-that-nobody-guesses";
const PROVIDER_NAMES = ALL_PROVIDERS.join(", ");
const caller = (rest: string) => `callers: [{ name: a, token: ${TOKEN}, ${rest} }]`;
const upstream = (rest: string) => `upstreams: [{ id: a, provider: ping, api_key: k, ${rest} }]`;

describe("one mistake is one line", () => {
  it.each<[string, string]>([
    // Keys
    ["databse: sqlite:x", "1:1: databse: unknown key; did you mean database?"],
    [
      "color: red",
      "1:1: color: unknown key; expected one of listen, database, log_level, tls, callers, upstreams, routing, retention",
    ],
    ["log_level: info\nlog_level: warn", "2:1: log_level: the key is given twice; it stands on line 1 too"],
    [caller("budget: { per_mont: 1 }"), "1:68: callers[0].budget.per_mont: unknown key; did you mean per_month?"],
    ["routing: { __proto__: 1 }", "1:12: routing.__proto__: unknown key; expected one of default_strategy, rates"],
    // Shapes
    ["callers: ci", "1:10: callers: expected a list of callers, not text"],
    ["tls: [a]", "1:6: tls: expected keys and values (cert, key, client_ca), not a list"],
    ["tls:", "1:5: tls: it has no value; expected keys and values (cert, key, client_ca)"],
    ["tls: { cert: a }", "1:1: tls.key: missing; expected a file's path"],
    [
      "log_level: { a: b }",
      "1:12: log_level: expected one of trace, debug, info, warn, error, fatal, silent, not keys and values",
    ],
    [upstream("limits: { account }"), "1:60: upstreams[0].limits: a word without a value; expected `key: value`"],
    // Words
    [
      "log_level: inof",
      '1:12: log_level: expected one of trace, debug, info, warn, error, fatal, silent, not "inof"; did you mean info?',
    ],
    [
      "routing: { default_strategy: cheapest }",
      '1:30: routing.default_strategy: expected one of CHEAPEST, MOST_RELIABLE, FASTEST, BALANCED, not "cheapest"; did you mean CHEAPEST?',
    ],
    [
      "upstreams: [{ id: a, provider: pong, api_key: k }]",
      `1:32: upstreams[0].provider: expected one of ${PROVIDER_NAMES}, not "pong"; did you mean ping?`,
    ],
    [upstream("enabled: yes"), '1:59: upstreams[0].enabled: expected true or false, not "yes"'],
    // Listeners and databases
    [
      "listen: [127.0.0.1:1, 127.0.0.1:2, 127.0.0.1:1]",
      "1:36: listen[2]: 127.0.0.1:1 is the same address as listen[0]; expected a different one",
    ],
    [
      "listen: [LOCALHOST:1, localhost:1]",
      "1:23: listen[1]: localhost:1 cannot be listened on beside LOCALHOST:1, listen[0]; expected a different one",
    ],
    [
      "listen: [unix:a.sock, unix:./a.sock]",
      "1:23: listen[1]: unix:a.sock is the same address as listen[0]; expected a different one",
    ],
    [
      `listen: ["[::1]:1", 0.0.0.0:1, 127.0.0.1:1]\ncallers: [{ name: a, token: ${TOKEN} }]`,
      "1:32: listen[2]: 127.0.0.1:1 cannot be listened on beside 0.0.0.0:1, listen[1]; expected a different one",
    ],
    [
      `listen: ["[::]:1", 127.0.0.1:1]\ncallers: [{ name: a, token: ${TOKEN} }]`,
      "1:20: listen[1]: 127.0.0.1:1 cannot be listened on beside [::]:1, listen[0]; expected a different one",
    ],
    ["listen: 7070", '1:9: listen: expected host:port or unix:/path, such as 127.0.0.1:7070, not "7070"'],
    ["listen: localhost", '1:9: listen: expected host:port or unix:/path, such as 127.0.0.1:7070, not "localhost"'],
    [
      "listen: localhost:65536",
      '1:9: listen: expected host:port or unix:/path, such as 127.0.0.1:7070, not "localhost:65536"',
    ],
    [
      "listen: 127.0.0.1:http",
      '1:9: listen: expected host:port or unix:/path, such as 127.0.0.1:7070, not "127.0.0.1:http"',
    ],
    [
      "listen: 127.0.0.999:1",
      '1:9: listen: expected host:port or unix:/path, such as 127.0.0.1:7070, not "127.0.0.999:1"',
    ],
    [
      'listen: ":7070"',
      "1:9: listen: a host must be named; expected 127.0.0.1:7070, or 0.0.0.0:7070 for every interface",
    ],
    ['listen: ["::1:7070"]', "1:10: listen[0]: an IPv6 address needs brackets, as in [::1]:7070"],
    ["listen: []", "1:9: listen: the list is empty; put something in it, or leave the key out"],
    [
      `listen: unix:/${"x".repeat(107)}`,
      "1:9: listen: the path is too long for a Unix socket; expected at most 107 bytes",
    ],
    ["database: mysql://x", "1:11: database: expected sqlite:<path>, sqlite::memory: or postgres://..."],
    ['database: "sqlite:"', "1:11: database: expected sqlite:<path>, sqlite::memory: or postgres://..."],
    [
      "database: sqlite://numgate.db",
      "1:11: database: two slashes begin no path; expected sqlite:./relative.db or sqlite:/absolute.db",
    ],
    // Callers
    ["callers: [{ name: a }]", "1:11: callers[0]: it has neither token nor token_sha256; expected one of them"],
    [
      caller(`token_sha256: ${"0".repeat(64)}`),
      "1:11: callers[0]: it has a token and a token_sha256; expected one of them",
    ],
    [
      "callers: [{ name: a, token_sha256: abc }]",
      "1:36: callers[0].token_sha256: expected the SHA-256 of a token as 64 hex digits",
    ],
    [
      "callers: [{ name: a, token: hunter2 }]",
      "1:29: callers[0].token: it has 7 characters and could be guessed; expected at least 16 (try: openssl rand -hex 32)",
    ],
    [
      `callers: [{ name: a b, token: ${TOKEN} }]`,
      '1:19: callers[0].name: expected a name of up to 64 letters, digits and . _ @ -, the first a letter or digit, not "a b"',
    ],
    [
      `callers: [{ name: -a, token: ${TOKEN} }]`,
      '1:19: callers[0].name: expected a name of up to 64 letters, digits and . _ @ -, the first a letter or digit, not "-a"',
    ],
    [
      `callers: [{ name: a, token: ${TOKEN} }, { name: a, token: ${TOKEN}2 }]`,
      "1:68: callers[1].name: the same name as callers[0]; expected a different one",
    ],
    [
      `callers: [{ name: a, token: ${TOKEN} }, { name: b, token: ${TOKEN} }]`,
      "1:78: callers[1].token: the same token as callers[0]; expected a different one",
    ],
    ...["-1", "1.1234567", "$5", "1e3", "0x10", ".5", "1_000", "5 USD", "1234567890"].map(
      (amount): [string, string] => [
        caller(`budget: { per_day: ${amount} }`),
        `1:77: callers[0].budget.per_day: expected US dollars with up to six decimals, such as "1.50", not "${amount}"`,
      ],
    ),
    [
      caller("budget: { max_open: 1.5 }"),
      '1:78: callers[0].budget.max_open: expected a whole number, 0 or more, not "1.5"',
    ],
    ...["0", "-1", "1.5", "never"].map((count): [string, string] => [
      caller(`budget: { max_without_code: ${count} }`),
      `1:86: callers[0].budget.max_without_code: expected a whole number, 1 or more, or off, not "${count}"`,
    ]),
    [
      caller("allow: { countries: [US, UK] }"),
      '1:83: callers[0].allow.countries[1]: expected an ISO 3166-1 alpha-2 country code, such as US, not "UK"',
    ],
    [
      caller("allow: { services: [WhatsApp] }"),
      '1:78: callers[0].allow.services[0]: expected a service in lower case, such as whatsapp, not "WhatsApp"',
    ],
    [
      caller("allow: { services: [] }"),
      "1:77: callers[0].allow.services: the list is empty; put something in it, or leave the key out",
    ],
    [
      `${upstream("enabled: true")}\n${caller("allow: { upstreams: [pong] }")}`,
      "2:79: callers[0].allow.upstreams[0]: no upstream has this id; expected one of a",
    ],
    // Upstreams
    [
      "upstreams: [{ provider: ping, api_key: k }]",
      "1:13: upstreams[0].id: missing; expected an id of up to 32 of a-z, 0-9, _ and -, the first a letter or digit, such as ping",
    ],
    [
      "upstreams: [{ id: Ping, provider: ping, api_key: k }]",
      '1:19: upstreams[0].id: expected an id of up to 32 of a-z, 0-9, _ and -, the first a letter or digit, such as ping, not "Ping"',
    ],
    [
      "upstreams: [{ id: a, provider: ping, api_key: k }, { id: a, provider: ping, api_key: k }]",
      "1:58: upstreams[1].id: the same id as upstreams[0]; expected a different one",
    ],
    [upstream("base_url: ftp://x"), "1:60: upstreams[0].base_url: expected a URL such as https://api.example.com/v1"],
    [
      upstream('base_url: "https://x/?a=b"'),
      "1:60: upstreams[0].base_url: it holds a query or a fragment; expected a URL without them",
    ],
    [
      upstream("base_url: https://u:p@x"),
      "1:60: upstreams[0].base_url: it holds a user or a password; expected a URL without them",
    ],
    [
      upstream("limits: { account: 60/minute }"),
      '1:69: upstreams[0].limits.account: expected <calls>/s, <calls>/min or <calls>/h, such as 60/min, not "60/minute"',
    ],
    [
      upstream("limits: { account: 0/min }"),
      '1:69: upstreams[0].limits.account: expected <calls>/s, <calls>/min or <calls>/h, such as 60/min, not "0/min"',
    ],
    [
      upstream('prices: { "US/whatsapp": 1 }'),
      '1:60: upstreams[0].prices["US/whatsapp"]: expected a country and a service in lower case, such as us/whatsapp',
    ],
    [
      upstream("callback_secret: short"),
      "1:67: upstreams[0].callback_secret: it has 5 characters and could be guessed; expected at least 16 (try: openssl rand -hex 32)",
    ],
    // Durations
    ["retention: { orders: 30 }", '1:22: retention.orders: expected a number and s, m, h or d, such as 30d, not "30"'],
    ["retention: { orders: 0d }", '1:22: retention.orders: expected a number and s, m, h or d, such as 30d, not "0d"'],
    // References
    [
      `log_level: \${LEVEL}`,
      `1:12: log_level: the environment variable LEVEL is not set; set it, or write \${LEVEL:-default}`,
    ],
    [
      `log_level: \${not-a-name}`,
      `1:12: log_level: expected \${NAME} or \${NAME:-default}; write $\${ for a literal \${`,
    ],
    ["log_level: *level", "1:12: log_level: no anchor of that name stands before this alias"],
    ["tls: &loop { cert: *loop, key: k }", "1:20: tls.cert: this alias contains itself"],
    // Files that are something else
    [
      "- listen: x",
      "1:1: expected keys and values (listen, database, log_level, tls, callers, upstreams, routing, retention), not a list",
    ],
    [
      "listen",
      "1:1: expected keys and values (listen, database, log_level, tls, callers, upstreams, routing, retention), not text",
    ],
    ["", " the file is empty; expected keys such as `listen: 127.0.0.1:7070`, or no file"],
    ["# nothing\n", " the file is empty; expected keys such as `listen: 127.0.0.1:7070`, or no file"],
    // YAML itself
    ["a: b: c", "1:4: not valid YAML: a second `: ` on one line; put quotes around a value that holds one"],
    ["tls:\n\tcert: a", "2:1: not valid YAML: a tab cannot indent; use spaces"],
    ["listen: [a", "1:11: not valid YAML: the indentation does not fit, or a bracket or quote is not closed"],
    [
      "listen\nlog_level: info",
      "1:1: not valid YAML: expected `key: value`; the colon is missing, or the space after it",
    ],
    ["listen: @a", "1:9: not valid YAML: a value cannot start with this character; put quotes around it"],
    ["a: 1\n---\nb: 2", "2:1: not valid YAML: a second document starts here; only one is read"],
    [
      "listen: !a b",
      "1:9: not valid YAML: a tag (a word that starts with `!`) is not understood here; put quotes around a value that starts so",
    ],
    [`tls: { cert: \${CERT} }`, "1:15: not valid YAML: a variable in braces needs quotes around it inside { } and [ ]"],
  ])("%j", (yaml, problem) => {
    expect(refuse(yaml)).toEqual([`numgate.yaml:${problem}`]);
  });

  it("names the variable that an unusable value comes from, not the value", () => {
    const env = { LEVEL: "loud", EMPTY: "", BROKEN: "key\n" };
    const yaml = `
log_level: \${LEVEL}
upstreams:
  - { id: a, provider: ping, api_key: "\${EMPTY}" }
  - { id: b, provider: ping, api_key: "\${BROKEN}" }
`;
    expect(refuse(yaml, { env })).toEqual([
      "numgate.yaml:2:12: log_level: expected one of trace, debug, info, warn, error, fatal, silent (it comes from LEVEL)",
      "numgate.yaml:4:39: upstreams[0].api_key: it is empty; expected a key (it comes from EMPTY)",
      "numgate.yaml:5:39: upstreams[1].api_key: it holds white space or characters outside ASCII (a line break at its end?); expected a key (it comes from BROKEN)",
    ]);
  });

  it("knows the providers that it was given, and no others", () => {
    const yaml = "upstreams:\n  - { id: a, provider: papsms, api_key: k }\n  - { id: b, provider: acmee, api_key: k }";
    expect(
      refuse(yaml, {
        providers: [
          { id: "ping", limits: {} },
          { id: "acme", limits: {} },
        ],
      }),
    ).toEqual([
      'numgate.yaml:2:24: upstreams[0].provider: expected one of ping, acme, not "papsms"',
      'numgate.yaml:3:24: upstreams[1].provider: expected one of ping, acme, not "acmee"; did you mean acme?',
    ]);
  });
});

describe("many mistakes", () => {
  it("are reported together, from top to bottom", () => {
    const yaml = `
listen: 0.0.0.0:7070
log_level: loud
callers:
  - name: ci
    token: \${CI_TOKEN}
    budget: { per_day: lots }
  - name: ci
upstreams:
  - id: ping
    api_kye: k
    provider: ping
    limits:
retention: { orders: forever }
`;
    expect(refuse(yaml, { env: { NUMGATE_DATABASE: "oracle:x" } })).toEqual([
      "NUMGATE_DATABASE: database: expected sqlite:<path>, sqlite::memory: or postgres://...",
      'numgate.yaml:3:12: log_level: expected one of trace, debug, info, warn, error, fatal, silent, not "loud"',
      `numgate.yaml:6:12: callers[0].token: the environment variable CI_TOKEN is not set; set it, or write \${CI_TOKEN:-default}`,
      'numgate.yaml:7:24: callers[0].budget.per_day: expected US dollars with up to six decimals, such as "1.50", not "lots"',
      "numgate.yaml:8:5: callers[1]: it has neither token nor token_sha256; expected one of them",
      "numgate.yaml:8:11: callers[1].name: the same name as callers[0]; expected a different one",
      "numgate.yaml:10:5: upstreams[0].api_key: missing; expected the account's key",
      "numgate.yaml:11:5: upstreams[0].api_kye: unknown key; did you mean api_key?",
      "numgate.yaml:13:12: upstreams[0].limits: it has no value; expected keys and values",
      'numgate.yaml:14:22: retention.orders: expected a number and s, m, h or d, such as 30d, not "forever"',
    ]);
  });
});

it("is not read for ever where aliases multiply", () => {
  const levels = ["b: &b [x, x, x, x, x, x, x, x]"];
  for (const [name, of] of ["cb", "dc", "ed", "fe", "gf", "hg", "ih"]) {
    levels.push(`${name}: &${name} [${Array(8).fill(`*${of}`).join(", ")}]`);
  }
  expect(refuse(levels.join("\n"))).toEqual([
    expect.stringMatching(
      /^numgate\.yaml:\d+:\d+: .*: there are more than 100000 values, those that aliases stand for/,
    ),
  ]);
});

describe("a listener that other machines can reach", () => {
  it.each(["0.0.0.0:7070", "[::]:7070", "10.0.0.1:7070", "gateway.example.com:7070"])(
    "is refused without callers: %s",
    (address) => {
      const remedy = "add a caller with a token under callers, or listen on 127.0.0.1:<port> or unix:/path";
      const problem = `no callers are configured, and ${address} can be reached from other machines; ${remedy}`;
      expect(refuse(`listen: "${address}"`)).toEqual([`numgate.yaml:1:9: listen: ${problem}`]);
      expect(refuse(`listen: [127.0.0.1:1, "${address}"]\ncallers: []`)).toEqual([
        `numgate.yaml:1:9: listen: ${problem}`,
      ]);
      expect(refuse("log_level: info", { env: { NUMGATE_LISTEN: address } })).toEqual([`NUMGATE_LISTEN: ${problem}`]);
    },
  );
});

describe("a file that cannot be read", () => {
  const directory = mkdtempSync(join(tmpdir(), "numgate-unreadable-"));
  const latin1 = join(directory, "latin1.yaml");
  writeFileSync(latin1, Buffer.from("# \xe9\n", "latin1"));
  const large = join(directory, "large.yaml");
  writeFileSync(large, "#".repeat(1024 * 1024 + 1));
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each([
    [join(directory, "none.yaml"), "there is no such file"],
    [join(latin1, "below.yaml"), "there is no such file"],
    [directory, "it is a directory"],
    [latin1, "it is not UTF-8 text"],
    [large, "it is larger than 1 MiB"],
  ])("is refused by name and cause (%#)", (path, why) => {
    const providers = KNOWN_PROVIDERS;
    expect(problemsOf(() => loadConfig({ path, env: {}, providers }))).toEqual([
      `${path}: the configuration (from --config) cannot be read: ${why}`,
    ]);
    expect(problemsOf(() => loadConfig({ env: { NUMGATE_CONFIG: path }, providers }))).toEqual([
      `${path}: the configuration (from NUMGATE_CONFIG) cannot be read: ${why}`,
    ]);
  });
});

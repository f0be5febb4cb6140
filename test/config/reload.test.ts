import { describe, expect, it } from "vitest";
import { describeReload } from "../../src/config.ts";
import { load } from "./support.ts";

const BEFORE = `
listen: 127.0.0.1:7070
database: sqlite:./numgate.db
callers: [{ name: a, token: a-token-that-nobody-guesses, budget: { per_day: 20.00 } }]
upstreams: [{ id: p, provider: ping, api_key: key-1, callback_secret: a-secret-that-nobody-guesses }]
`;

function reload(before: string, after: string) {
  return describeReload(load(before), load(after));
}

describe("a reload", () => {
  it("finds nothing in the same file", () => {
    expect(reload(BEFORE, BEFORE)).toEqual({ applied: [], needsRestart: [] });
  });

  it("finds nothing in what is written otherwise and means the same", () => {
    const after = BEFORE.replace("20.00", '"20.0"').concat("log_level: info\nretention: { messages: 720h }\n");
    expect(reload(BEFORE, after)).toEqual({ applied: [], needsRestart: [] });
  });

  it.each([
    ["token", "a-token-that-nobody-guesses", "b-token-that-nobody-guesses"],
    ["budget", "20.00", "20.01"],
    ["name", "name: a", "name: b"],
  ])("takes over a caller's new %s", (_, from, to) => {
    expect(reload(BEFORE, BEFORE.replace(from, to))).toEqual({ applied: ["callers"], needsRestart: [] });
  });

  it("takes over a new log level", () => {
    expect(reload(BEFORE, `${BEFORE}log_level: debug`)).toEqual({ applied: ["log_level"], needsRestart: [] });
  });

  it.each([
    ["listen", BEFORE.replace("7070", "7071")],
    ["database", BEFORE.replace("numgate.db", "other.db")],
    ["tls", `${BEFORE}tls: { cert: a, key: b }`],
    ["upstreams", BEFORE.replace("key-1", "key-2")],
    ["upstreams", BEFORE.replace("a-secret-", "b-secret-")],
    ["routing", `${BEFORE}routing: { default_strategy: FASTEST }`],
    ["retention", `${BEFORE}retention: { messages: 1d }`],
  ])("leaves %s to a restart", (key, after) => {
    expect(reload(BEFORE, after)).toEqual({ applied: [], needsRestart: [key] });
  });

  it("sees a new password of the database", () => {
    const before = "database: postgres://u:one@db/numgate";
    expect(reload(before, before.replace("one", "two"))).toEqual({ applied: [], needsRestart: ["database"] });
  });

  it("does not open to everybody a listener that other machines can reach", () => {
    const withoutCallers = BEFORE.replace(/^callers.*\n/m, "");
    expect(reload(BEFORE, withoutCallers)).toEqual({ applied: ["callers"], needsRestart: [] });
    expect(reload(BEFORE.replace("127.0.0.1", "0.0.0.0"), withoutCallers)).toEqual({
      applied: [],
      needsRestart: ["listen", "callers"],
    });
  });
});

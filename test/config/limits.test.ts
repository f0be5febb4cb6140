import { describe, expect, it } from "vitest";
import { maskedConfig } from "../../src/config.ts";
import { load, refuse } from "./support.ts";

const entry = (rest: string, provider = "papsms") =>
  `upstreams:\n  - id: a\n    provider: ${provider}\n    api_key: k\n    ${rest}\n`;

describe("an upstream's limits", () => {
  it.each([
    ["account: 60/min", { calls: 60, windowMs: 60_000 }],
    ["account: 3600/h", { calls: 3600, windowMs: 3_600_000 }],
    ["account: 1/s", { calls: 1, windowMs: 1000 }],
    ["account: 10/min", { calls: 10, windowMs: 60_000 }],
  ])("are taken as %s, which its provider allows", (written, account) => {
    const { upstreams, warnings } = load(entry(`limits: { ${written} }`));
    expect(upstreams[0]?.limits).toEqual({ account });
    expect(warnings).toEqual([]);
  });

  it.each(["61/min", "2/s", "3601/h"])("do not raise it, and as %s that is warned about", (written) => {
    expect(load(entry(`limits: { account: ${written} }`)).warnings).toEqual([
      `The upstream a keeps to 60/min, not to ${written} as its limits.account says: ` +
        "limits only lowers what papsms allows.",
    ]);
  });

  it("may be anything where the provider's document leaves them open", () => {
    const host = entry("base_url: https://host.example/api.php\n    limits: { account: 9000/s }", "handler_api");
    expect(load(host)).toMatchObject({ warnings: [], upstreams: [{ limits: { account: { calls: 9000 } } }] });
  });

  it("are refused under a name that the provider has no limit of", () => {
    const known = "expected one of account, numbers";
    expect(refuse(entry("limits: { polls: 1/min, sends: 1/min }", "pvapins"))).toEqual([
      `numgate.yaml:5:15: upstreams[0].limits.polls: pvapins has no such limit; ${known}`,
      `numgate.yaml:5:29: upstreams[0].limits.sends: pvapins has no such limit; ${known}`,
    ]);
  });

  it("are printed as they were written", () => {
    expect(maskedConfig(load(entry("limits: { account: 4/s }")))).toMatch(/limits:\n +account: 4\/s\n/);
  });
});

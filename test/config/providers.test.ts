import { describe, expect, it } from "vitest";
import { maskedConfig } from "../../src/config.ts";
import { load, refuse } from "./support.ts";

const BASE_URL = "https://host.example/stubs/handler_api.php";

const host = (section: string, rest = `base_url: "${BASE_URL}"`) =>
  `upstreams: [{ id: h, provider: handler_api, api_key: k, ${rest}, handler_api: { ${section} } }]`;

describe("a host that speaks handler_api", () => {
  it("is described by its entry alone", () => {
    const section =
      "currency: RUB, version: text, cancel_after: 5m, lifetime: 15m, needs_ready: true, rent_days: [1, 7, 30]";
    expect(load(host(section)).upstreams[0]).toMatchObject({
      provider: "handler_api",
      baseUrl: BASE_URL,
      handlerApi: {
        currency: "RUB",
        version: "text",
        cancelDelayMs: 300_000,
        lifetimeMs: 900_000,
        needsReady: true,
        rentDays: [1, 7, 30],
      },
    });
  });

  it("needs no description", () => {
    const [upstream] = load(
      `upstreams: [{ id: h, provider: handler_api, api_key: k, base_url: "${BASE_URL}" }]`,
    ).upstreams;
    expect(upstream).not.toHaveProperty("handlerApi");
  });

  it("may take numbers back at once", () => {
    expect(load(host("cancel_after: 0")).upstreams[0]?.handlerApi).toEqual({ cancelDelayMs: 0 });
  });

  it("has to be named", () => {
    expect(refuse("upstreams: [{ id: h, provider: handler_api, api_key: k }]")).toEqual([
      "numgate.yaml:1:32: upstreams[0].provider: handler_api is spoken at many addresses; " +
        "expected a base_url such as https://api.example.com/stubs/handler_api.php",
    ]);
  });

  it.each([
    ["currency: rub", 'currency: expected a currency\'s ISO 4217 code, such as RUB, not "rub"'],
    ["version: v3", 'version: expected one of v2, text, not "v3"; did you mean v2?'],
    ["cancel_after: soon", 'cancel_after: expected a number and s, m, h or d, such as 2m, or 0, not "soon"'],
    ["lifetime: 0m", 'lifetime: expected a number and s, m, h or d, such as 30d, not "0m"'],
    ["rent_days: []", "rent_days: the list is empty; put something in it, or leave the key out"],
    ["rent_days: [0]", 'rent_days[0]: expected a whole number of days, 1 to 3650, not "0"'],
    [
      "days: [1]",
      "days: unknown key; expected one of currency, version, cancel_after, lifetime, needs_ready, rent_days",
    ],
  ])("is refused with %s", (section, problem) => {
    const [only = "", ...others] = refuse(host(section));
    expect(others).toEqual([]);
    expect(only.replace(/^numgate\.yaml:\d+:\d+: upstreams\[0\]\.handler_api\./, "")).toBe(problem);
  });
});

describe("PVAPins' rentals", () => {
  it("last as long as the entry says, and may have other addresses", () => {
    const yaml = `upstreams:
  - { id: p, provider: pvapins, api_key: k, pvapins: { rent_days: 30, rent_files: { inbox: rent_codes.php } } }`;
    expect(load(yaml).upstreams[0]?.pvapins).toEqual({ rentDays: 30, rentFiles: { inbox: "rent_codes.php" } });
  });

  it.each(["../inbox.php", "inbox.php?customer=1", "a/b.php", '""'])("are not looked for at %s", (file) => {
    const yaml = `upstreams: [{ id: p, provider: pvapins, api_key: k, pvapins: { rent_files: { inbox: ${file} } } }]`;
    expect(refuse(yaml)).toEqual([expect.stringContaining("pvapins.rent_files.inbox: expected a file's name")]);
  });
});

describe("a provider's own section", () => {
  it.each(["handler_api", "pvapins"])("%s is refused at another provider's upstream", (section) => {
    expect(refuse(`upstreams: [{ id: p, provider: ping, api_key: k, ${section}: {} }]`)).toEqual([
      `numgate.yaml:1:50: upstreams[0].${section}: only an upstream of the provider ${section} has this`,
    ]);
  });
});

describe("a rate", () => {
  it.each<[string, bigint]>([
    ['"0.011"', 11_000n],
    ["0.000061", 61n],
    ["1.25", 1_250_000n],
  ])("of %s dollars is read exactly", (written, micros) => {
    expect(load(`routing: { rates: { RUB: ${written} } }`).routing.rates).toEqual({ RUB: micros });
  });

  it("is known of no currency unless one is given", () => {
    expect(load("{}").routing.rates).toEqual({});
  });

  it.each([
    ["RUB: 0", 'expected US dollars for one unit of it, with up to six decimals, such as "0.011", not "0"'],
    ["RUB: -1", 'expected US dollars for one unit of it, with up to six decimals, such as "0.011", not "-1"'],
    ["RUB: 1/90", 'expected US dollars for one unit of it, with up to six decimals, such as "0.011", not "1/90"'],
    ["rub: 0.011", "expected a currency's ISO 4217 code, such as RUB"],
    ["USD: 1", "US dollars need no rate; expected another currency"],
  ])("is refused as %s", (written, problem) => {
    expect(refuse(`routing: { rates: { ${written} } }`)).toEqual([expect.stringContaining(problem)]);
  });
});

it("prints what it read in the file's own form", () => {
  const printed = maskedConfig(
    load(`
upstreams:
  - id: h
    provider: handler_api
    api_key: k
    base_url: ${BASE_URL}
    handler_api: { currency: RUB, version: text, cancel_after: 0, lifetime: 20m, rent_days: [1] }
  - { id: p, provider: pvapins, api_key: k, pvapins: { rent_days: 30, rent_files: { release: reject.php } } }
routing: { rates: { RUB: 0.011 } }
`),
  );
  const again = load(printed.replace(/api_key: .*/g, "api_key: k"));
  expect(again.upstreams.map(({ handlerApi, pvapins }) => handlerApi ?? pvapins)).toEqual([
    { currency: "RUB", version: "text", cancelDelayMs: 0, lifetimeMs: 1_200_000, rentDays: [1] },
    { rentDays: 30, rentFiles: { release: "reject.php" } },
  ]);
  expect(again.routing.rates).toEqual({ RUB: 11_000n });
});

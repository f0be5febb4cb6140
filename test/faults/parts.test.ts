// A catalogue is fetched by many calls: what one of them meets is no reason to sell nothing of the rest.
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { FaultKind } from "../../src/sandbox/faults.ts";
import { until } from "../support/clock.ts";
import { buy, type Gateway, reasonOf, startGateway } from "../support/gateway.ts";
import { entry, startLiar } from "./liar.ts";

const COUNTRIES = ["USA", "Germany", "Ukraine"];
const NAMES = ["WhatsApp", "Telegram", "Discord", "Tinder"];
const down = (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(500).end("Boom, +44 7700 900123");
};

/** SMSVerifyo with four services, each sold in one country: a call each, after the one for the list. */
async function startVerifyo() {
  const liar = await startLiar([
    [/services$/, { ok: true, services: NAMES.map((name, id) => ({ id: `s${id}`, name })) }],
    [/countries/, { ok: true, countries: [{ country_id: 1, name: "Ukraine", price_usd: 0.2, available: 8 }] }],
    [/balance/, { ok: true, balance_usd: 10 }],
  ]);
  return { liar, open: () => startGateway({ upstreams: () => `upstreams:\n${entry("sms", "smsverifyo", liar.url)}` }) };
}

describe("a catalogue of five hundred calls", () => {
  it("is whole after one fetch though one call in a hundred fails", async () => {
    let calls = 0;
    const apps = (request: IncomingMessage, response: ServerResponse) => {
      calls += 1;
      return calls % 100 === 0 ? down(request, response) : [{ full_name: "WhatsApp", deduct: "0.50" }];
    };
    const liar = await startLiar([
      [/load_countries/, Array.from({ length: 500 }, (_, id) => ({ id, full_name: COUNTRIES[id % COUNTRIES.length] }))],
      [/load_apps/, apps],
      [/get_balance/, { balance: "10" }],
    ]);
    const gateway = await startGateway({ upstreams: () => `upstreams:\n${entry("pva", "pvapins", liar.url)}` });
    expect(liar.count(/load_apps/)).toBe(505);
    expect(await gateway.catalog.listOffers({})).toMatchObject({ totalSize: COUNTRIES.length, unreachable: [] });
  });
});

describe("a part of a catalogue that cannot be read", () => {
  it("is left out, said to be missing without a word of the upstream, and keeps nothing else from being sold", async () => {
    const { liar, open } = await startVerifyo();
    liar.on(/service_id=s1/, down);
    const gateway = await open();
    const { offers, unreachable } = await gateway.catalog.listOffers({});
    expect(offers.map(({ serviceName }) => serviceName).sort()).toEqual(["Discord", "Tinder", "WhatsApp"]);
    expect(unreachable).toMatchObject([
      {
        upstream: "sms",
        reason: "UPSTREAMS_UNAVAILABLE",
        explanation: "1 of 5 parts of its catalogue could not be read: GET /countries was answered 500",
      },
    ]);
    expect(liar.count(/service_id=s1/)).toBe(2);
    expect(liar.calls.at(-1)?.path).toContain("service_id=s1");
    const [sms] = (await gateway.catalog.listUpstreams({})).upstreams;
    expect(sms?.lastError?.message).toBe("GET /countries was answered 500");
    expect(gateway.log.filter((line) => line.includes("catalogue refreshed in part"))).toHaveLength(1);
    expect(gateway.log.join()).not.toContain("Boom");
  });

  it("is there again when the catalogue is refreshed at the usual time and it can be read", async () => {
    const { liar, open } = await startVerifyo();
    liar.on(/service_id=s1/, down);
    const gateway = await open();
    liar.on(/service_id=s1/, { ok: true, countries: [{ country_id: 1, name: "Ukraine", price_usd: 0.2 }] });
    await gateway.clock.advance(8 * 60_000);
    expect(liar.count(/services$/)).toBe(1);
    await gateway.clock.advance(4 * 60_000);
    await until(async () => (await gateway.catalog.listOffers({})).totalSize === 4);
    expect((await gateway.catalog.listOffers({})).unreachable).toEqual([]);
  });

  /** What is said of each request, also in the next run. */
  async function expectReasons(first: Gateway, cases: readonly [Parameters<typeof buy>[1], string][]): Promise<void> {
    const gateway = await first.restart();
    for (const [request, reason] of cases) {
      expect([request, (await reasonOf(buy(gateway, request))).reason]).toEqual([request, reason]);
    }
  }

  it("of services is why nobody knows whether one of them is sold, and says nothing of the others", async () => {
    const { liar, open } = await startVerifyo();
    liar.on(/service_id=s1/, down);
    await expectReasons(await open(), [
      [{ service: "telegram", countryCode: "UA" }, "UPSTREAMS_UNAVAILABLE"],
      [{ service: "whatsapp", countryCode: "DE" }, "NO_OFFERS"],
      [{ service: "", countryCode: "", offerId: "sms:s1.1" }, "UPSTREAMS_UNAVAILABLE"],
      [{ service: "whatsapp", countryCode: "UA", offerId: "sms:s0.7" }, "NO_OFFERS"],
    ]);
  });

  it("of countries is why nobody knows whether anything is sold in one of them", async () => {
    const liar = await startLiar([
      [/load_countries/, COUNTRIES.map((full_name, id) => ({ id, full_name }))],
      [/load_apps/, [{ full_name: "WhatsApp", deduct: "0.50" }]],
      [/get_balance/, { balance: "10" }],
    ]);
    liar.on(/country_id=1/, down);
    await expectReasons(await startGateway({ upstreams: () => `upstreams:\n${entry("pva", "pvapins", liar.url)}` }), [
      [{ countryCode: "DE" }, "UPSTREAMS_UNAVAILABLE"],
      [{ countryCode: "FR" }, "NO_OFFERS"],
      [{ countryCode: "UA", service: "telegram" }, "NO_OFFERS"],
    ]);
  });

  it("that may hold anything is why of nothing is known that nobody sells it", async () => {
    const gateway = await startGateway({
      upstreams: (sandbox) => {
        const upstream = "smsverificationservice";
        sandbox.control.failNext({ upstream, endpoint: "esim_list", kind: "status_500", times: 2 });
        return `upstreams:\n${entry("sms", upstream, sandbox.baseUrls[upstream])}`;
      },
    });
    await expectReasons(gateway, [[{ countryCode: "AQ" }, "UPSTREAMS_UNAVAILABLE"]]);
  });

  it.each<FaultKind>(["status_500", "html", "truncated", "reset_before", "wrong_types"])(
    "at first, with %s, is asked for once more, and the catalogue is whole",
    async (kind) => {
      const gateway = await startGateway({
        upstreams: (sandbox) => {
          sandbox.control.failNext({ upstream: "smsverifyo", endpoint: "countries", kind });
          return `upstreams:\n${entry("sms", "smsverifyo", sandbox.baseUrls.smsverifyo)}`;
        },
      });
      const { offers, unreachable } = await gateway.catalog.listOffers({});
      expect(new Set(offers.map(({ service }) => service)).size).toBeGreaterThan(14);
      expect(unreachable).toEqual([]);
      expect(gateway.sandbox.control.books().smsverifyo.calls).toEqual({ list: 1, countries: 21 });
    },
  );

  it("is an outage after two others in a row: nothing more is asked, and the catalogue stays as it was", async () => {
    const { liar, open } = await startVerifyo();
    const gateway = await open();
    liar.on(/countries/, down);
    const before = liar.count(/countries/);
    await gateway.clock.advance(12 * 60_000);
    await until(() => liar.count(/countries/) === before + 3);
    await until(async () => (await gateway.catalog.listOffers({})).unreachable.length > 0);
    const { totalSize, unreachable } = await gateway.catalog.listOffers({});
    expect(totalSize).toBe(4);
    expect(unreachable[0]?.explanation).toBe("not refreshed: GET /countries was answered 500");
    expect(liar.count(/countries/)).toBe(before + 3);
  });
});

describe("a list of countries that cannot be read", () => {
  const DAY = 24 * 60 * 60_000;

  async function startPvapins() {
    const liar = await startLiar([
      [/load_countries/, [1, 2].map((id) => ({ id, full_name: COUNTRIES[id] }))],
      [/load_apps/, [{ full_name: "WhatsApp", deduct: "0.50" }]],
      [/get_balance/, { balance: "10" }],
    ]);
    const open = () => startGateway({ upstreams: () => `upstreams:\n${entry("pva", "pvapins", liar.url)}` });
    return { liar, open };
  }

  it.each(["a restart", "a day without the daemon"])(
    "is the last one known, also after %s, and is told",
    async (when) => {
      const { liar, open } = await startPvapins();
      const first = await open();
      liar.on(/load_countries/, down);
      if (when !== "a restart") {
        await first.daemon.stop();
        await first.clock.advance(DAY);
      }
      liar.on(/load_apps/, [{ full_name: "Telegram", deduct: "0.40" }]);
      const gateway = await first.restart();
      await gateway.clock.advance(12 * 60_000);
      await until(async () => (await gateway.catalog.listOffers({ service: "telegram" })).totalSize === 2);
      const { totalSize, unreachable } = await gateway.catalog.listOffers({});
      expect(totalSize).toBe(2);
      const explanation =
        "1 of 3 parts of its catalogue could not be read: GET /load_countries.php was answered 500; the last known countries are used";
      expect(unreachable).toMatchObject([{ upstream: "pva", explanation }]);
      const [pva] = (await gateway.catalog.listUpstreams({})).upstreams;
      expect(pva?.lastError?.message).toBe("GET /load_countries.php was answered 500");
    },
  );

  it("is asked for once more after all others, and nothing is told when it can be read then", async () => {
    const { liar, open } = await startPvapins();
    const gateway = await open();
    let calls = 0;
    liar.on(/load_countries/, (request: IncomingMessage, response: ServerResponse) => {
      calls += 1;
      return calls === 1 ? down(request, response) : [{ id: 1, full_name: COUNTRIES[1] }];
    });
    await gateway.clock.advance(12 * 60_000);
    await until(() => calls === 2);
    await until(() => liar.count(/load_apps/) === 4);
    expect(await gateway.catalog.listOffers({})).toMatchObject({ totalSize: 2, unreachable: [] });
    await gateway.clock.advance(12 * 60_000);
    await until(async () => (await gateway.catalog.listOffers({})).totalSize === 1);
  });

  it("leaves nothing to read where none was ever known, and the reason says so", async () => {
    const { liar, open } = await startPvapins();
    liar.on(/load_countries/, down);
    const { offers, unreachable } = await (await open()).catalog.listOffers({});
    expect(offers).toEqual([]);
    const explanation = "no offers: its countries are not known: GET /load_countries.php was answered 500";
    expect(unreachable).toMatchObject([{ upstream: "pva", reason: "UPSTREAMS_UNAVAILABLE", explanation }]);
  });
});

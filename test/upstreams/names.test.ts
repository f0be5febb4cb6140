import { describe, expect, it } from "vitest";
import { resolveCountry } from "../../src/catalog/countries.ts";
import { resolveServices } from "../../src/catalog/services.ts";
import { UPSTREAM_IDS } from "../../src/sandbox/upstreams.ts";
import { startGateway } from "../support/gateway.ts";

describe("names", () => {
  it.each([
    ["US", "US"],
    ["GB", "GB"],
    ["ZA", "ZA"],
    ["us", "US"],
    ["United Kingdom", "GB"],
    ["Germany", "DE"],
    ["India", "IN"],
    ["Russia", "RU"],
    ["Ukraine", "UA"],
    ["USA", "US"],
    ["UK", "GB"],
    ["malaysia", "MY"],
    ["indonesia", "ID"],
    ["philippines", "PH"],
  ])("of the country %s in the documents is %s", (name, code) => {
    expect(resolveCountry(name)).toBe(code);
  });

  it.each([
    ["WhatsApp", ["whatsapp"]],
    ["whatsapp", ["whatsapp"]],
    ["Telegram", ["telegram"]],
    ["telegram", ["telegram"]],
    ["Google", ["google"]],
    ["google", ["google"]],
    ["Tinder", ["tinder"]],
    ["Discord", ["discord"]],
    ["Instagram", ["instagram"]],
    ["paypal", ["paypal"]],
    ["WhatsApp (UK)", ["whatsapp"]],
    ["Whatsapp1", ["whatsapp"]],
    ["Whatsapp24", ["whatsapp"]],
    ["Google / YouTube / Gmail", ["google", "youtube", "gmail"]],
    ["Google,youtube,Gmail", ["google", "youtube", "gmail"]],
    ["Instagram+Threads", ["instagram", "threads"]],
    ["TikTok/Douyin", ["tiktok", "douyin"]],
  ])("of the service %s in the documents is %j", (name, slugs) => {
    expect(resolveServices(name).map(({ slug }) => slug)).toEqual(slugs);
  });

  it("that the sandbox uses are all resolved, at every upstream", async () => {
    const gateway = await startGateway({
      upstreams: ({ baseUrls }) =>
        `upstreams:\n${UPSTREAM_IDS.map(
          (id) => `  - { id: ${id}, provider: ${id}, api_key: sandbox, base_url: "${baseUrls[id]}" }`,
        ).join("\n")}`,
    });
    const { upstreams } = await gateway.catalog.listUpstreams({});
    expect(upstreams.map(({ upstream, unresolvedNames }) => [upstream, unresolvedNames])).toEqual(
      [...UPSTREAM_IDS].sort().map((id) => [id, []]),
    );
  });

  it("that nobody knows are reported, and their listings left out", async () => {
    const gateway = await startGateway({
      sandbox: {
        ping: {
          catalogue: ["QQ", "US"].map((country) => ({
            id: `svc_${country}`,
            product: "verification",
            service: "WhatsApp",
            country,
            price: { currency: "USD", micros: 500_000n },
            capabilities: ["sms"],
            available: true,
            successRate: 0.9,
            estimatedWaitSeconds: 20,
          })),
        },
      },
    });
    const [ping] = (await gateway.catalog.listUpstreams({})).upstreams;
    expect(ping).toMatchObject({ upstream: "ping", offerCount: 1, unresolvedNames: ["QQ"] });
  });
});

import { describe, expect, it } from "vitest";
import { SERVICES } from "../../src/catalog/service-aliases.ts";
import { canonicalService, nearestServices, resolveServices } from "../../src/catalog/services.ts";
import { normalise } from "../../src/catalog/text.ts";

const slugs = (name: string) => resolveServices(name).map(({ slug }) => slug);

describe("a service's name", () => {
  it.each([
    // Ping, smsVerificationService, SMSVerifyo
    ["WhatsApp", "whatsapp"],
    ["Telegram", "telegram"],
    ["Tinder", "tinder"],
    ["Discord", "discord"],
    ["Instagram", "instagram"],
    ["paypal", "paypal"],
    ["WhatsApp (UK)", "whatsapp"],
    ["Google", "google"],
    // PVAPins
    ["Whatsapp1", "whatsapp"],
    ["Whatsapp24", "whatsapp"],
    ["google", "google"],
    // others' spellings
    ["whats app", "whatsapp"],
    ["WHATS-APP", "whatsapp"],
    ["WhatsApp Business", "whatsappbusiness"],
    ["X", "twitter"],
    ["Twitter (X)", "twitter"],
    ["Disney+", "disneyplus"],
    ["Mail.ru", "mailru"],
    ["AT&T", "att"],
    ["ВКонтакте", "vk"],
  ])("%s is %s", (name, slug) => {
    expect(slugs(name)).toEqual([slug]);
  });

  it.each([
    ["Google / YouTube / Gmail", ["google", "youtube", "gmail"]],
    ["Google,youtube,Gmail", ["google", "youtube", "gmail"]],
    ["Instagram+Threads", ["instagram", "threads"]],
    ["TikTok/Douyin", ["tiktok", "douyin"]],
    ["X / Twitter", ["twitter"]],
    ["WhatsApp / Some New App", ["whatsapp", "somenewapp"]],
  ])("%s lists each of its names", (name, expected) => {
    expect(slugs(name)).toEqual(expected);
  });

  it.each([
    ["24/7", "247"],
    ["AC/DC", "acdc"],
    ["Some New App", "somenewapp"],
    ["some-new_app", "somenewapp"],
    ["Whatsapp31", "whatsapp31"],
    ["Telegramm", "telegramm"],
    ["Linkedln", "linkedln"],
    ["Google Chat Pro", "googlechatpro"],
    ["Some App (UK)", "someappuk"],
    ["WhatsApp (Rent)", "whatsapprent"],
    ["WhatsApp Foo/Telegram", "whatsappfootelegram"],
    ["constructor", "constructor"],
    ["Самокат", "самокат"],
  ])("%s is not in the table, so it is a service of its own: %s", (name, slug) => {
    expect(slugs(name)).toEqual([slug]);
  });

  it("is shown as the service writes itself, an unknown one as the upstream does", () => {
    expect(resolveServices("whats app")).toEqual([{ slug: "whatsapp", displayName: "WhatsApp" }]);
    expect(resolveServices(" Some\u0000 New\tApp ")).toEqual([{ slug: "somenewapp", displayName: "Some New App" }]);
  });

  it.each(["", "   ", "/", " / ", "!?", "\u0007", "x".repeat(65), "x".repeat(100_000)])("%j names nothing", (name) => {
    expect(slugs(name.slice(0, 300))).toEqual([]);
    expect(slugs(name)).toEqual([]);
  });

  it("belongs to one service only, in a table whose slugs are spelled as slugs are", () => {
    const owners = new Map<string, string>();
    for (const [slug, names] of Object.entries(SERVICES)) {
      expect(normalise(slug)).toBe(slug);
      for (const name of [slug, ...names]) {
        const key = normalise(name);
        expect([name, owners.get(key) ?? slug]).toEqual([name, slug]);
        owners.set(key, slug);
        expect(canonicalService(name)).toBe(slug);
      }
    }
    expect(Object.keys(SERVICES).length).toBeGreaterThan(150);
  });
});

describe("a suggestion for a service that is not known", () => {
  it.each([
    ["whatsap", ["whatsapp"]],
    ["Telegarm", ["telegram"]],
    ["Linkedln", ["linkedin"]],
    ["wa", []],
    ["tindr", ["tinder"]],
  ])("%s: %j", (name, expected) => {
    expect(nearestServices(name, [])).toEqual(expect.arrayContaining([...expected]));
    if (expected.length === 0) expect(nearestServices(name, [])).toEqual([]);
  });

  it("never takes LinkedIn for Tinder, nor PayPal for Huya", () => {
    expect(nearestServices("LinkedIn", [])).not.toContain("tinder");
    expect(nearestServices("PayPal", [])).not.toContain("huya");
  });

  it("may be a service that only one upstream knows", () => {
    expect(nearestServices("somenewap", ["somenewapp"])).toEqual(["somenewapp"]);
  });
});

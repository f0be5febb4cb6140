import { describe, expect, it } from "vitest";
import { books, visitPvapins } from "./pvapins-support.ts";

describe("PVAPins' lists", () => {
  it("have the countries without a key, spelt in their own way", async () => {
    const { bare } = await visitPvapins();
    const { status, body } = await bare("load_countries.php");
    expect(status).toBe(200);
    expect(body[0]).toEqual({ id: 58, full_name: "USA" });
    const names = body.map((country: { full_name: string }) => country.full_name);
    expect(names).toEqual(expect.arrayContaining(["UK", "Southkorea", "Czech", "Macau"]));
  });

  it("have the apps of a country without a key, a brand as often as it has routes", async () => {
    const { bare } = await visitPvapins();
    const { body } = await bare("load_apps.php?country_id=58");
    expect(body[1]).toEqual({
      id: 1124,
      full_name: "Whatsapp24",
      timestamp: "2026-01-01 00:00:00",
      trending: 1,
      deduct: "0.66",
    });
    const names: string[] = body.map((app: { full_name: string }) => app.full_name);
    expect(names.filter((name) => name.startsWith("Whatsapp"))).toEqual(["Whatsapp1", "Whatsapp24"]);
    expect(names.some((name) => name.startsWith("Rent "))).toBe(false);
  });

  it("have other countries and apps for rent", async () => {
    const { bare } = await visitPvapins();
    expect((await bare("load_countries.php?is_rent=1")).body).toEqual([
      { id: 58, full_name: "USA" },
      { id: 52, full_name: "UK" },
      { id: 11, full_name: "Canada" },
    ]);
    expect((await bare("load_apps.php?country_id=58&is_rent=1")).body[0]).toMatchObject({
      id: 2333,
      full_name: "Rent GPay GPlay GVoice",
      deduct: "10.00",
    });
  });

  it("have the rates of a country by its name, in any case", async () => {
    const { get } = await visitPvapins();
    const { body } = await get("get_rates.php", { country: "uSa" });
    expect(body).toContainEqual({ app: "Whatsapp24", rate: "0.66" });
    expect(await get("get_rates.php", { country: "Atlantis" })).toMatchObject({
      status: 200,
      text: "Country Not Found.",
    });
  });

  it("leave out what has run out", async () => {
    const { get, bare, sandbox } = await visitPvapins();
    sandbox.control.setStock({ upstream: "pvapins", service: "Whatsapp24", country: "US", count: 0 });
    expect((await bare("load_apps.php?country_id=58")).text).not.toContain("Whatsapp24");
    expect((await get("get_rates.php", { country: "USA" })).text).not.toContain("Whatsapp24");
  });

  it("tell the balance as text in JSON", async () => {
    const { get } = await visitPvapins({ pvapins: { balance: "12.5" } });
    expect((await get("get_balance.php")).text).toBe('{"balance":"12.50"}');
  });

  it.each(["get_rates.php", "get_number.php", "get_sms.php", "get_balance.php", "get_history.php", "load_rent.php"])(
    "and %s refuse a wrong key with a text and status 200",
    async (file) => {
      const here = await visitPvapins();
      expect(await here.get(file, { customer: "wrong" })).toMatchObject({ status: 200, text: "Customer Not Found." });
      expect(await here.bare(file)).toMatchObject({ status: 200, text: "Customer Not Found." });
      expect(books(here).disallowed.reasons).toEqual({ unauthorized: 2 });
    },
  );

  it("count calls that the document does not have", async () => {
    const here = await visitPvapins();
    expect((await here.get("get_everything.php")).status).toBe(404);
    await here.get("get_balance.php", { verbose: "1" });
    await here.get("load_countries.php");
    await here.bare("load_apps.php");
    expect(books(here).disallowed).toEqual({
      total: 4,
      reasons: { unknown_path: 1, unknown_parameter: 2, invalid_parameter: 1 },
    });
  });

  it("have no limit: a hundred calls in a row are answered", async () => {
    const here = await visitPvapins();
    for (let count = 0; count < 100; count += 1) expect((await here.get("get_balance.php")).status).toBe(200);
    expect(books(here).limited).toBe(0);
  });
});

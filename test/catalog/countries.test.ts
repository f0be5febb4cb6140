import english from "i18n-iso-countries/langs/en.json" with { type: "json" };
import { describe, expect, it } from "vitest";
import { countryName, nearestCountries, resolveCountry } from "../../src/catalog/countries.ts";
import { COUNTRY_ALIASES, COUNTRY_DISPLAY_NAMES } from "../../src/catalog/country-aliases.ts";

describe("a country's name", () => {
  it.each([
    // Ping
    ["US", "US"],
    ["GB", "GB"],
    ["ZA", "ZA"],
    // smsVerificationService
    ["United Kingdom", "GB"],
    ["Germany", "DE"],
    ["India", "IN"],
    // SMSVerifyo
    ["Russia", "RU"],
    ["Ukraine", "UA"],
    // PapSMS
    ["us", "US"],
    // PVAPins
    ["USA", "US"],
    ["UK", "GB"],
    ["malaysia", "MY"],
    ["indonesia", "ID"],
    ["philippines", "PH"],
    // the list of names that upstreams are known to use
    ["England", "GB"],
    ["Syria", "SY"],
    ["Laos", "LA"],
    ["Moldova", "MD"],
    ["Macau", "MO"],
    ["Bosnia", "BA"],
    ["Swaziland", "SZ"],
    ["Czech", "CZ"],
    ["DR Congo", "CD"],
    ["Ivory Coast", "CI"],
    ["Brunei", "BN"],
    ["Macedonia", "MK"],
    ["Papua", "PG"],
    ["Salvador", "SV"],
    ["southkorea", "KR"],
    ["unitedkingdom", "GB"],
    ["south_korea", "KR"],
    ["USA (virtual)", "US"],
    ["Hong Kong", "HK"],
    ["Vietnam", "VN"],
    ["Viet Nam", "VN"],
    ["Tanzania", "TZ"],
    ["Venezuela", "VE"],
    ["Bolivia", "BO"],
    ["Cape Verde", "CV"],
    ["Kosovo", "XK"],
  ])("%s is %s", (name, code) => {
    expect(resolveCountry(name)).toBe(code);
  });

  it.each([
    ["  uNiTeD kInGdOm ", "GB"],
    ["Côte d’Ivoire", "CI"],
    ["Cote dIvoire", "CI"],
    ["Curacao", "CW"],
    ["Réunion", "RE"],
    ["Türkiye", "TR"],
    ["Trinidad & Tobago", "TT"],
    ["Guinea Bissau", "GW"],
    ["St. Lucia", "LC"],
    ["U.S.A.", "US"],
    ["🇩🇪 Germany", "DE"],
  ])("%s is %s whatever its case, spaces, punctuation and diacritics", (name, code) => {
    expect(resolveCountry(name)).toBe(code);
  });

  it.each([
    "",
    " ",
    "XX",
    "EN",
    "Germny",
    "Korea",
    "Congo",
    "Virgin Islands",
    "Any",
    "Atlantis",
    "Europe",
    "0",
    "toString",
  ])("%j is never guessed", (name) => {
    expect(resolveCountry(name)).toBeUndefined();
  });

  it("is not looked at beyond all length", () => {
    expect(resolveCountry(`US${" ".repeat(1_000_000)}`)).toBeUndefined();
  });

  it("is found for each country there is, by its English names", () => {
    for (const [code, names] of Object.entries(english.countries)) {
      expect(resolveCountry(code.toLowerCase())).toBe(code);
      for (const name of [names].flat().filter((each) => each !== "Congo"))
        expect([name, resolveCountry(name)]).toEqual([name, code]);
    }
  });

  it("has aliases only for one country each, and only for countries that are", () => {
    for (const [code, aliases] of Object.entries(COUNTRY_ALIASES)) {
      for (const alias of aliases) expect([alias, resolveCountry(alias)]).toEqual([alias, code]);
    }
    for (const code of Object.keys(COUNTRY_DISPLAY_NAMES)) expect(resolveCountry(code)).toBe(code);
  });

  it("is shown as people say it", () => {
    expect(["US", "GB", "KR", "DE", "ZZ"].map(countryName)).toEqual([
      "United States",
      "United Kingdom",
      "South Korea",
      "Germany",
      "ZZ",
    ]);
  });

  it("is suggested when a letter is wrong, for an error message", () => {
    expect(nearestCountries("Germny")).toEqual(["DE"]);
    expect(nearestCountries("Congo")).toEqual(["CG", "CD"]);
    expect(nearestCountries("Xyzzyland")).toEqual([]);
    expect(nearestCountries("EN")).toEqual([]);
  });
});

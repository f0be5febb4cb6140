import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from "libphonenumber-js/max";

/**
 * The number in E.164, from whatever form an upstream writes it in: with a plus or `00`, with the country's calling code,
 * or as dialled inside the country. A number that cannot be made out keeps its digits behind a plus: it was bought, and its
 * owner must see it. Lengths are checked, not ranges: upstreams sell numbers that no table knows.
 */
export function toE164(numberAsSold: string, country: string): string {
  const digits = numberAsSold.replace(/\D/g, "").replace(/^00/, "");
  if (/^\s*(?:\+|00)/.test(numberAsSold) || !isSupportedCountry(country)) return `+${digits}`;
  const international = parsePhoneNumberFromString(`+${digits}`);
  if (digits.startsWith(getCountryCallingCode(country)) && international?.isPossible()) return international.number;
  const national = parsePhoneNumberFromString(digits, country as CountryCode);
  return national?.isPossible() ? national.number : `+${digits}`;
}

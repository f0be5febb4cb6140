import { cents } from "../json.ts";
import { type Offer, SCENARIO_SERVICES } from "../offer.ts";
import { type SmsEsimOffer, smsEsimCatalogue } from "./esim-catalogue.ts";
import { type SmsRentalOffer, smsRentalCatalogue } from "./rental-catalogue.ts";

/** The United States are sold without a country; every other country is a "global" one with a number. */
export interface GlobalCountry {
  readonly id: number;
  /** As the upstream spells it. */
  readonly name: string;
  readonly code: string;
  /** In the order list: `WhatsApp (UK)`. */
  readonly label: string;
}

export interface SmsVerificationOffer extends Offer {
  readonly product: "verification";
  readonly serviceId: number;
  /** Absent in the United States. */
  readonly global?: GlobalCountry;
  /** On the curated list. */
  readonly best: boolean;
}

export type SmsOffer = SmsVerificationOffer | SmsRentalOffer | SmsEsimOffer;

interface Service {
  readonly id: number;
  readonly name: string;
  readonly usCents: number;
  /** In the United Kingdom. */
  readonly globalCents: number;
  readonly best?: boolean;
  /** Sold in the United States only. */
  readonly usOnly?: true;
}

const SERVICES: readonly Service[] = [
  { id: 1012, name: "WhatsApp", usCents: 40, globalCents: 95, best: true },
  { id: 22, name: "Telegram", usCents: 30, globalCents: 80, best: true },
  { id: 31, name: "Google", usCents: 35, globalCents: 60, best: true },
  { id: 34, name: "Facebook", usCents: 22, globalCents: 45 },
  { id: 35, name: "Instagram", usCents: 25, globalCents: 48, best: true },
  { id: 41, name: "Twitter", usCents: 18, globalCents: 40 },
  { id: 57, name: "TikTok", usCents: 24, globalCents: 50 },
  { id: 63, name: "Snapchat", usCents: 28, globalCents: 52 },
  { id: 70, name: "Discord", usCents: 21, globalCents: 42, best: true },
  { id: 88, name: "Signal", usCents: 33, globalCents: 75 },
  { id: 104, name: "Microsoft", usCents: 15, globalCents: 30 },
  { id: 117, name: "Apple", usCents: 41, globalCents: 85 },
  { id: 133, name: "Amazon", usCents: 27, globalCents: 55 },
  { id: 140, name: "PayPal", usCents: 55, globalCents: 110 },
  { id: 162, name: "Uber", usCents: 36, globalCents: 70 },
  { id: 171, name: "Tinder", usCents: 50, globalCents: 98 },
  { id: 205, name: "LinkedIn", usCents: 26, globalCents: 50 },
  { id: 219, name: "Netflix", usCents: 14, globalCents: 28 },
  { id: 240, name: "Steam", usCents: 17, globalCents: 35 },
  { id: 303, name: "OpenAI", usCents: 38, globalCents: 68, best: true },
  { id: 311, name: "Venmo", usCents: 60, globalCents: 0, usOnly: true },
  { id: 312, name: "Cash App", usCents: 58, globalCents: 0, usOnly: true },
];

const COUNTRIES: readonly (GlobalCountry & { readonly pricePercent: number; readonly without: readonly string[] })[] = [
  { id: 4, name: "United Kingdom", code: "GB", label: "UK", pricePercent: 100, without: [] },
  { id: 17, name: "Germany", code: "DE", label: "Germany", pricePercent: 130, without: ["Tinder"] },
  { id: 9, name: "India", code: "IN", label: "India", pricePercent: 35, without: ["PayPal", "Netflix"] },
  { id: 21, name: "France", code: "FR", label: "France", pricePercent: 120, without: ["Signal"] },
  { id: 23, name: "Netherlands", code: "NL", label: "Netherlands", pricePercent: 115, without: [] },
  { id: 28, name: "Czech Republic", code: "CZ", label: "Czech Republic", pricePercent: 90, without: ["Uber"] },
  { id: 30, name: "Russia", code: "RU", label: "Russia", pricePercent: 45, without: ["Facebook", "OpenAI", "PayPal"] },
  { id: 36, name: "South Korea", code: "KR", label: "South Korea", pricePercent: 160, without: ["Discord"] },
  { id: 41, name: "Macau", code: "MO", label: "Macau", pricePercent: 180, without: ["Amazon", "Uber", "Netflix"] },
  { id: 44, name: "Brazil", code: "BR", label: "Brazil", pricePercent: 55, without: [] },
  { id: 52, name: "Indonesia", code: "ID", label: "Indonesia", pricePercent: 38, without: ["Snapchat"] },
  { id: 60, name: "South Africa", code: "ZA", label: "South Africa", pricePercent: 65, without: ["Steam"] },
];

const FIRST_SCENARIO_ID = 9001;

export function smsVerificationServiceCatalogue(): SmsOffer[] {
  const scenarios = SCENARIO_SERVICES.map(
    ({ service, scenario }, index): SmsVerificationOffer => ({
      id: `US/${FIRST_SCENARIO_ID + index}`,
      product: "verification",
      serviceId: FIRST_SCENARIO_ID + index,
      service,
      country: "US",
      price: cents(10),
      best: false,
      scenario,
    }),
  );
  return [...SERVICES.map(usOffer), ...scenarios, ...globalOffers(), ...smsRentalCatalogue(), ...smsEsimCatalogue()];
}

function usOffer({ id, name, usCents, best = false }: Service): SmsVerificationOffer {
  return {
    id: `US/${id}`,
    product: "verification",
    serviceId: id,
    service: name,
    country: "US",
    price: cents(usCents),
    best,
  };
}

function globalOffers(): SmsVerificationOffer[] {
  return COUNTRIES.flatMap(({ pricePercent, without, ...country }) =>
    SERVICES.filter(({ name, usOnly }) => !usOnly && !without.includes(name)).map(
      ({ id, name, globalCents }): SmsVerificationOffer => ({
        id: `${country.code}/${id}`,
        product: "verification",
        serviceId: id,
        service: name,
        country: country.code,
        global: country,
        price: cents(Math.ceil((globalCents * pricePercent) / 100)),
        best: false,
      }),
    ),
  );
}

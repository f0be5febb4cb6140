import { cents } from "../json.ts";
import { type Offer, SCENARIO_SERVICES } from "../offer.ts";

/** Callers name it; the id is for `load_apps.php` alone. */
export interface PvapinsCountry {
  readonly id: number;
  /** As the upstream spells it. */
  readonly name: string;
  readonly code: string;
}

export interface PvapinsOffer extends Offer {
  readonly appId: number;
  readonly place: PvapinsCountry;
  readonly trending: boolean;
}

interface App {
  readonly id: number;
  readonly name: string;
  /** In the United States. */
  readonly cents: number;
  readonly trending?: true;
}

/** A brand can be several apps: other routes to the same service, at other prices. */
const APPS: readonly App[] = [
  { id: 1101, name: "Whatsapp1", cents: 45, trending: true },
  { id: 1124, name: "Whatsapp24", cents: 66, trending: true },
  { id: 1130, name: "Telegram", cents: 38, trending: true },
  { id: 1140, name: "Google", cents: 42, trending: true },
  { id: 1141, name: "Gmail40", cents: 30 },
  { id: 1150, name: "Facebook", cents: 20 },
  { id: 1151, name: "Instagram", cents: 24 },
  { id: 1160, name: "Twitter / X", cents: 18 },
  { id: 1170, name: "Tiktok", cents: 22, trending: true },
  { id: 1180, name: "Snapchat", cents: 27 },
  { id: 1190, name: "Discord", cents: 19 },
  { id: 1200, name: "Signal", cents: 34 },
  { id: 1210, name: "Microsoft", cents: 14 },
  { id: 1220, name: "Apple", cents: 40 },
  { id: 1230, name: "Amazon", cents: 25 },
  { id: 1240, name: "Paypal", cents: 52 },
  { id: 1250, name: "Uber", cents: 33 },
  { id: 1260, name: "Tinder", cents: 48 },
  { id: 1270, name: "LinkedIn", cents: 23 },
  { id: 1280, name: "Netflix", cents: 13 },
  { id: 1290, name: "Steam", cents: 16 },
  { id: 1300, name: "OpenAI ChatGPT", cents: 37 },
];

/** For one rental; they cost the same everywhere. */
const RENT_APPS: readonly App[] = [
  { id: 2333, name: "Rent GPay GPlay GVoice", cents: 1000, trending: true },
  { id: 2334, name: "Rent Whatsapp", cents: 850, trending: true },
  { id: 2335, name: "Rent Telegram", cents: 700 },
  { id: 2336, name: "Rent Paypal", cents: 1250 },
];

const COUNTRIES: readonly (PvapinsCountry & { readonly pricePercent: number; readonly without: readonly string[] })[] =
  [
    { id: 58, name: "USA", code: "US", pricePercent: 100, without: [] },
    { id: 52, name: "UK", code: "GB", pricePercent: 110, without: [] },
    { id: 11, name: "Canada", code: "CA", pricePercent: 85, without: ["Gmail40"] },
    { id: 19, name: "Germany", code: "DE", pricePercent: 135, without: ["Tinder"] },
    { id: 23, name: "India", code: "IN", pricePercent: 35, without: ["Paypal", "Whatsapp1"] },
    { id: 24, name: "Indonesia", code: "ID", pricePercent: 30, without: ["Snapchat"] },
    { id: 40, name: "Russia", code: "RU", pricePercent: 45, without: ["Facebook", "Paypal", "OpenAI ChatGPT"] },
    { id: 45, name: "Southkorea", code: "KR", pricePercent: 150, without: ["Discord"] },
    { id: 30, name: "Macau", code: "MO", pricePercent: 170, without: ["Amazon", "Uber"] },
    { id: 14, name: "Czech", code: "CZ", pricePercent: 90, without: [] },
    { id: 8, name: "Brazil", code: "BR", pricePercent: 55, without: [] },
    { id: 44, name: "Southafrica", code: "ZA", pricePercent: 60, without: ["Steam"] },
  ];

const RENT_COUNTRIES = ["US", "GB", "CA"];

const FIRST_SCENARIO_ID = 9001;
const FIRST_RENT_SCENARIO_ID = 9101;

export function pvapinsCatalogue(): PvapinsOffer[] {
  return COUNTRIES.flatMap(({ pricePercent, without, ...place }) => [
    ...APPS.filter(({ name }) => !without.includes(name)).map((app) => offerOf(app, place, pricePercent)),
    ...(RENT_COUNTRIES.includes(place.code) ? RENT_APPS.map((app) => rented(offerOf(app, place, 100))) : []),
    ...(place.code === "US" ? scenarioOffers(place) : []),
  ]);
}

function offerOf({ id, name, cents: price, trending }: App, place: PvapinsCountry, percent: number): PvapinsOffer {
  return {
    id: `${place.code}/${id}`,
    appId: id,
    service: name,
    brand: name.replace(/^Rent /, "").replace(/\d+$/, ""),
    country: place.code,
    place,
    price: cents(Math.ceil((price * percent) / 100)),
    trending: trending ?? false,
  };
}

function rented(offer: PvapinsOffer): PvapinsOffer {
  return { ...offer, product: "rental" };
}

function scenarioOffers(place: PvapinsCountry): PvapinsOffer[] {
  return SCENARIO_SERVICES.flatMap(({ service, scenario }, index) => {
    const offer = offerOf({ id: FIRST_SCENARIO_ID + index, name: service, cents: 10 }, place, 100);
    const rental = offerOf({ id: FIRST_RENT_SCENARIO_ID + index, name: `Rent ${service}`, cents: 10 }, place, 100);
    return [
      { ...offer, scenario },
      { ...rented(rental), scenario },
    ];
  });
}

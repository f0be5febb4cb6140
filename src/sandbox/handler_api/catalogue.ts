import type { Money } from "../../core/money.ts";
import { type Offer, SCENARIO_SERVICES } from "../offer.ts";

/** Hosts of this protocol have dollars or roubles on the account. */
export type HandlerApiCurrency = "USD" | "RUB";

/** How the JSON answers write them (ISO 4217). */
export const CURRENCY_NUMBERS: Readonly<Record<string, number>> = { USD: 840, RUB: 643 };

/** What a host says of a stock without end. */
export const PLENTY = 1000;

/** Countries go by a number; one country can have several, for other kinds of its numbers. */
export interface HandlerApiCountry {
  readonly id: number;
  readonly eng: string;
  readonly rus: string;
  readonly chn: string;
  readonly code: string;
  readonly dialling: number;
  readonly rent: boolean;
}

export interface HandlerApiOffer extends Offer {
  /** `wa`; what a caller names it by. */
  readonly serviceCode: string;
  readonly place: HandlerApiCountry;
}

interface Service {
  readonly code: string;
  readonly name: string;
  /** In Russia. */
  readonly cents: number;
}

const SERVICES: readonly Service[] = [
  { code: "wa", name: "WhatsApp", cents: 40 },
  { code: "tg", name: "Telegram", cents: 60 },
  { code: "go", name: "Google,youtube,Gmail", cents: 14 },
  { code: "fb", name: "facebook", cents: 16 },
  { code: "ig", name: "Instagram+Threads", cents: 12 },
  { code: "tw", name: "Twitter", cents: 9 },
  { code: "lf", name: "TikTok/Douyin", cents: 11 },
  { code: "fu", name: "Snapchat", cents: 18 },
  { code: "ds", name: "Discord", cents: 10 },
  { code: "bw", name: "Signal", cents: 22 },
  { code: "vi", name: "Viber", cents: 15 },
  { code: "mm", name: "Microsoft", cents: 8 },
  { code: "wx", name: "Apple", cents: 21 },
  { code: "am", name: "Amazon", cents: 13 },
  { code: "ts", name: "PayPal", cents: 33 },
  { code: "ub", name: "Uber", cents: 17 },
  { code: "oi", name: "Tinder", cents: 28 },
  { code: "tn", name: "LinkedIN", cents: 14 },
  { code: "nf", name: "Netflix", cents: 7 },
  { code: "mt", name: "Steam", cents: 6 },
  { code: "dr", name: "OpenAI", cents: 19 },
  { code: "vk", name: "ВКонтакте", cents: 12 },
  { code: "ot", name: "Any other", cents: 5 },
];

/** Whatever a rented number receives, from anybody. */
const FULL_RENT: Service = { code: "full", name: "Full rent", cents: 9 };

const COUNTRIES: readonly (HandlerApiCountry & {
  readonly pricePercent: number;
  readonly without: readonly string[];
})[] = [
  country(0, "Russia", "Россия", "俄罗斯", "RU", 7, 100, { rent: true, without: ["fb", "dr", "ts"] }),
  country(6, "Indonesia", "Индонезия", "印度尼西亚", "ID", 62, 60, { without: ["vk"] }),
  country(12, "USA (virtual)", "США (virtual)", "美国虚拟", "US", 1, 90, { without: ["wa", "tg", "vk"] }),
  country(15, "Poland", "Польша", "波兰", "PL", 48, 140),
  country(16, "United Kingdom", "Великобритания", "英国", "GB", 44, 120, { rent: true }),
  country(22, "India", "Индия", "印度", "IN", 91, 80, { without: ["ts"] }),
  country(31, "South Africa", "Южная Африка", "南非", "ZA", 27, 110, { without: ["mt"] }),
  country(36, "Canada", "Канада", "加拿大", "CA", 1, 130, { rent: true }),
  country(43, "Germany", "Германия", "德国", "DE", 49, 210, { without: ["oi"] }),
  country(46, "Sweden", "Швеция", "瑞典", "SE", 46, 180),
  country(48, "Netherlands", "Нидерланды", "荷兰", "NL", 31, 170),
  country(63, "Czech Republic", "Чехия", "捷克", "CZ", 420, 150),
  country(73, "Brazil", "Бразилия", "巴西", "BR", 55, 90),
  country(78, "France", "Франция", "法国", "FR", 33, 190),
  country(187, "USA", "США", "美国", "US", 1, 220, { rent: true, without: ["vk"] }),
];

/** The real American numbers; the virtual ones have no scenario. */
const SCENARIO_COUNTRY = 187;
const ROUBLES_PER_DOLLAR = 90;
const RENT_HOUR_PERCENT = 25;

/** A rental's price is that of one hour. */
export function handlerApiCatalogue(currency: HandlerApiCurrency): HandlerApiOffer[] {
  return COUNTRIES.flatMap(({ pricePercent, without, ...place }) => {
    const sold = SERVICES.filter(({ code }) => !without.includes(code));
    const priceOf = ({ cents }: Service, percent: number) =>
      priceIn(currency, Math.ceil((cents * pricePercent * percent) / 10_000));
    const offers = sold.map((service) => offerOf(service, place, priceOf(service, 100)));
    const rentals = [FULL_RENT, ...sold].map((service) =>
      rented(offerOf(service, place, priceOf(service, RENT_HOUR_PERCENT))),
    );
    return [
      ...offers,
      ...(place.rent ? rentals : []),
      ...(place.id === SCENARIO_COUNTRY ? scenarioOffers(place, priceIn(currency, 10)) : []),
    ];
  });
}

function priceIn(currency: HandlerApiCurrency, dollarCents: number): Money {
  const rate = currency === "USD" ? 1 : ROUBLES_PER_DOLLAR;
  return { currency, micros: BigInt(dollarCents * rate) * 10_000n };
}

function offerOf(
  { code, name }: Pick<Service, "code" | "name">,
  place: HandlerApiCountry,
  price: Money,
): HandlerApiOffer {
  return {
    id: `${place.id}/${code}`,
    serviceCode: code,
    service: name,
    brand: name.split(/[,+/]/)[0] ?? name,
    country: place.code,
    place,
    price,
  };
}

function rented(offer: HandlerApiOffer): HandlerApiOffer {
  return { ...offer, id: `rent/${offer.id}`, product: "rental" };
}

/** `sb_instant`, `sb_never` and so on. */
function scenarioOffers(place: HandlerApiCountry, price: Money): HandlerApiOffer[] {
  return SCENARIO_SERVICES.flatMap(({ service, scenario }) => {
    const offer = { ...offerOf({ code: `sb_${scenario}`, name: service }, place, price), scenario };
    return [offer, rented(offer)];
  });
}

function country(
  id: number,
  eng: string,
  rus: string,
  chn: string,
  code: string,
  dialling: number,
  pricePercent: number,
  { rent = false, without = [] }: { rent?: boolean; without?: readonly string[] } = {},
) {
  return { id, eng, rus, chn, code, dialling, rent, pricePercent, without };
}

import { createHash } from "node:crypto";
import type { Money } from "../../core/money.ts";
import { dollars } from "../json.ts";
import { type Offer, SCENARIO_SERVICES } from "../offer.ts";

export interface SmsVerifyoService {
  /** A UUID. */
  readonly id: string;
  readonly code: string;
  readonly name: string;
}

export interface SmsVerifyoCountry {
  /** From 0 on. */
  readonly id: number;
  readonly name: string;
  readonly code: string;
}

/** Its price is what an order is charged, which the listed one only hints at. */
export interface SmsVerifyoOffer extends Offer {
  readonly sold: SmsVerifyoService;
  readonly place: SmsVerifyoCountry;
  readonly listedPrice: Money;
  /** As listed while no stock is set. */
  readonly available: number;
}

interface Service {
  readonly code: string;
  readonly name: string;
  /** In ten-thousandths of a dollar, in Russia. */
  readonly price: number;
}

const SERVICES: readonly Service[] = [
  { code: "wa", name: "WhatsApp", price: 1500 },
  { code: "tg", name: "Telegram", price: 2250 },
  { code: "go", name: "Google", price: 875 },
  { code: "fb", name: "Facebook", price: 640 },
  { code: "ig", name: "Instagram", price: 555 },
  { code: "tw", name: "Twitter", price: 480 },
  { code: "lf", name: "TikTok", price: 610 },
  { code: "ds", name: "Discord", price: 525 },
  { code: "bw", name: "Signal", price: 1125 },
  { code: "mm", name: "Microsoft", price: 365 },
  { code: "wx", name: "Apple", price: 990 },
  { code: "am", name: "Amazon", price: 700 },
  { code: "ub", name: "Uber", price: 835 },
  { code: "oi", name: "Tinder", price: 1310 },
  { code: "dr", name: "OpenAI", price: 945 },
];

const COUNTRIES: readonly (SmsVerifyoCountry & {
  readonly pricePercent: number;
  readonly without: readonly string[];
})[] = [
  { id: 0, name: "Russia", code: "RU", pricePercent: 100, without: ["fb", "dr"] },
  { id: 1, name: "Ukraine", code: "UA", pricePercent: 120, without: [] },
  { id: 6, name: "Indonesia", code: "ID", pricePercent: 45, without: ["oi"] },
  { id: 15, name: "Poland", code: "PL", pricePercent: 150, without: [] },
  { id: 16, name: "England", code: "GB", pricePercent: 170, without: [] },
  { id: 22, name: "India", code: "IN", pricePercent: 55, without: ["ub"] },
  { id: 36, name: "Canada", code: "CA", pricePercent: 180, without: [] },
  { id: 43, name: "Germany", code: "DE", pricePercent: 320, without: ["oi"] },
  { id: 73, name: "Brazil", code: "BR", pricePercent: 90, without: [] },
  { id: 78, name: "France", code: "FR", pricePercent: 290, without: [] },
  { id: 187, name: "USA", code: "US", pricePercent: 210, without: [] },
];

const SCENARIO_COUNTRY = 187;

/** What the document's examples show: WhatsApp in Russia is listed at 0.15 and charged 0.18. */
const DOCUMENTED: Readonly<Record<string, { listed: string; charged: string; available: number }>> = {
  "0/wa": { listed: "0.15", charged: "0.18", available: 42 },
  "1/wa": { listed: "0.22", charged: "0.22", available: 8 },
};

/** How the document's own ids begin. */
const DOCUMENTED_PREFIXES: Readonly<Record<string, string>> = { wa: "d0", tg: "e1" };

export function smsVerifyoCatalogue(): SmsVerifyoOffer[] {
  return COUNTRIES.flatMap(({ pricePercent, without, ...place }) => [
    ...SERVICES.filter(({ code }) => !without.includes(code)).map(({ code, name, price }) =>
      offerOf(place, { code, name }, Math.ceil((price * pricePercent) / 100)),
    ),
    ...(place.id === SCENARIO_COUNTRY ? scenarioOffers(place) : []),
  ]);
}

function scenarioOffers(place: SmsVerifyoCountry): SmsVerifyoOffer[] {
  return SCENARIO_SERVICES.map(({ service, scenario }) => ({
    ...offerOf(place, { code: `sandbox_${scenario}`, name: service }, 1000),
    scenario,
  }));
}

function offerOf(
  place: SmsVerifyoCountry,
  { code, name }: Omit<SmsVerifyoService, "id">,
  tenThousandths: number,
): SmsVerifyoOffer {
  const id = `${place.id}/${code}`;
  const documented = DOCUMENTED[id];
  const price: Money = { currency: "USD", micros: BigInt(tenThousandths) * 100n };
  return {
    id,
    sold: { id: uuidOf(name, DOCUMENTED_PREFIXES[code]), code, name },
    place,
    service: name,
    country: place.code,
    price: documented ? dollars(documented.charged) : price,
    listedPrice: documented ? dollars(documented.listed) : price,
    available: documented?.available ?? 5 + ((tenThousandths * 7 + place.id) % 90),
  };
}

/** Always the same for the same words. */
export function uuidOf(words: string, prefix = ""): string {
  const digest = prefix + createHash("sha256").update(`smsverifyo ${words}`).digest("hex").slice(prefix.length);
  const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})/.exec(digest) as RegExpExecArray;
  return `${a}-${b}-4${c}-8${d}-${e}`;
}

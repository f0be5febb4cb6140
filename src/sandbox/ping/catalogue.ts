import { createHash } from "node:crypto";
import type { Money } from "../../core/money.ts";
import { cents, dollars } from "../json.ts";
import { type Offer, SCENARIO_SERVICES, type Scenario } from "../offer.ts";

export interface PingOffer extends Offer {
  readonly product: "verification" | "rental";
  /** Of a rental, for a day. */
  readonly price: Money;
  readonly capabilities: readonly ("sms" | "voice")[];
  readonly available: boolean;
  /** 0 to 1. */
  readonly successRate: number;
  readonly estimatedWaitSeconds: number;
}

interface Service {
  readonly name: string;
  /** In the United States. */
  readonly cents: number;
  readonly voice?: true;
  readonly successPercent: number;
  readonly waitSeconds: number;
  /** Where it is sold; absent is everywhere. */
  readonly only?: readonly string[];
}

interface Country {
  readonly code: string;
  readonly pricePercent: number;
  readonly successLoss: number;
  readonly extraWaitSeconds: number;
}

const SERVICES: readonly Service[] = [
  { name: "WhatsApp", cents: 50, voice: true, successPercent: 95, waitSeconds: 30 },
  { name: "Telegram", cents: 35, successPercent: 93, waitSeconds: 25 },
  { name: "Google / YouTube / Gmail", cents: 40, voice: true, successPercent: 91, waitSeconds: 28 },
  { name: "Facebook", cents: 25, successPercent: 88, waitSeconds: 35 },
  { name: "Instagram", cents: 30, successPercent: 86, waitSeconds: 40 },
  { name: "X / Twitter", cents: 22, successPercent: 84, waitSeconds: 45 },
  { name: "TikTok", cents: 28, successPercent: 90, waitSeconds: 30 },
  { name: "Snapchat", cents: 32, successPercent: 85, waitSeconds: 38 },
  { name: "Discord", cents: 26, successPercent: 89, waitSeconds: 27 },
  { name: "Signal", cents: 36, voice: true, successPercent: 92, waitSeconds: 24 },
  { name: "Viber", cents: 24, voice: true, successPercent: 87, waitSeconds: 33 },
  { name: "WeChat", cents: 95, successPercent: 71, waitSeconds: 75 },
  { name: "LINE", cents: 55, voice: true, successPercent: 80, waitSeconds: 50, only: ["US", "GB", "DE", "AU", "IN"] },
  { name: "Microsoft / Outlook", cents: 20, voice: true, successPercent: 94, waitSeconds: 20 },
  { name: "Apple ID", cents: 45, voice: true, successPercent: 90, waitSeconds: 22 },
  { name: "Amazon", cents: 30, successPercent: 92, waitSeconds: 26 },
  { name: "eBay", cents: 33, voice: true, successPercent: 83, waitSeconds: 42 },
  { name: "PayPal", cents: 60, voice: true, successPercent: 78, waitSeconds: 48 },
  { name: "Uber", cents: 38, successPercent: 91, waitSeconds: 23 },
  { name: "Lyft", cents: 34, successPercent: 90, waitSeconds: 24, only: ["US", "CA"] },
  { name: "DoorDash", cents: 36, successPercent: 89, waitSeconds: 26, only: ["US", "CA", "AU"] },
  { name: "Airbnb", cents: 42, voice: true, successPercent: 88, waitSeconds: 31 },
  { name: "Booking.com", cents: 29, successPercent: 90, waitSeconds: 29 },
  { name: "Tinder", cents: 55, successPercent: 82, waitSeconds: 44 },
  { name: "Bumble", cents: 48, successPercent: 81, waitSeconds: 46 },
  { name: "LinkedIn", cents: 30, successPercent: 86, waitSeconds: 37 },
  { name: "Netflix", cents: 18, successPercent: 93, waitSeconds: 25 },
  { name: "Steam", cents: 21, successPercent: 90, waitSeconds: 28 },
  { name: "Yahoo", cents: 19, successPercent: 91, waitSeconds: 27 },
  { name: "OpenAI / ChatGPT", cents: 44, successPercent: 87, waitSeconds: 34 },
];

const COUNTRIES: readonly Country[] = [
  { code: "US", pricePercent: 100, successLoss: 0, extraWaitSeconds: 0 },
  { code: "GB", pricePercent: 120, successLoss: 2, extraWaitSeconds: 3 },
  { code: "DE", pricePercent: 140, successLoss: 3, extraWaitSeconds: 5 },
  { code: "FR", pricePercent: 130, successLoss: 4, extraWaitSeconds: 6 },
  { code: "CA", pricePercent: 90, successLoss: 1, extraWaitSeconds: 2 },
  { code: "AU", pricePercent: 150, successLoss: 3, extraWaitSeconds: 8 },
  { code: "NL", pricePercent: 125, successLoss: 2, extraWaitSeconds: 4 },
  { code: "SE", pricePercent: 135, successLoss: 2, extraWaitSeconds: 4 },
  { code: "PL", pricePercent: 80, successLoss: 5, extraWaitSeconds: 7 },
  { code: "IN", pricePercent: 40, successLoss: 9, extraWaitSeconds: 15 },
  { code: "BR", pricePercent: 60, successLoss: 8, extraWaitSeconds: 12 },
  { code: "ZA", pricePercent: 70, successLoss: 6, extraWaitSeconds: 10 },
];

const UNAVAILABLE = new Set([
  "GB WeChat",
  "DE Tinder",
  "FR PayPal",
  "AU LINE",
  "NL WeChat",
  "SE Bumble",
  "PL Apple ID",
  "IN PayPal",
  "BR OpenAI / ChatGPT",
  "ZA Steam",
]);

/** A number for some days, that takes whatever is sent to it. */
const RENTALS: readonly { readonly name: string; readonly dailyPrice: string }[] = [
  { name: "WhatsApp", dailyPrice: "0.65" },
  { name: "Telegram", dailyPrice: "0.50" },
  { name: "Google / YouTube / Gmail", dailyPrice: "0.4125" },
  { name: "Signal", dailyPrice: "0.45" },
];

const RENTAL_COUNTRIES = ["US", "GB", "DE", "CA"];

/** The two that the document's examples name; the others are derived, so that they never change either. */
const DOCUMENTED_IDS: Readonly<Record<string, string>> = {
  "US WhatsApp": "svc_abc123def456",
  "US Telegram": "svc_ghi789jkl012",
};

export function pingCatalogue(): PingOffer[] {
  return [
    ...COUNTRIES.flatMap((country) =>
      SERVICES.filter(({ only }) => only?.includes(country.code) ?? true).map((service) => offerOf(service, country)),
    ),
    ...SCENARIO_SERVICES.map(({ service, scenario }) => scenarioOf(`US ${service}`, "verification", service, scenario)),
    ...RENTAL_COUNTRIES.flatMap((country) => RENTALS.map((rental) => rentalOf(rental, country))),
    ...SCENARIO_SERVICES.map(({ service, scenario }) =>
      scenarioOf(`rental US ${service}`, "rental", service, scenario),
    ),
  ];
}

function scenarioOf(key: string, product: PingOffer["product"], service: string, scenario: Scenario): PingOffer {
  return {
    id: idOf(key),
    product,
    service,
    country: "US",
    price: cents(10),
    scenario,
    capabilities: ["sms"],
    available: true,
    successRate: scenario === "never" || scenario === "empty" ? 0 : 1,
    estimatedWaitSeconds: scenario === "instant" ? 0 : 60,
  };
}

function rentalOf({ name, dailyPrice }: (typeof RENTALS)[number], country: string): PingOffer {
  return {
    id: idOf(`rental ${country} ${name}`),
    product: "rental",
    service: name,
    country,
    price: dollars(dailyPrice),
    capabilities: ["sms"],
    available: true,
    successRate: 0.97,
    estimatedWaitSeconds: 5,
  };
}

function offerOf(service: Service, country: Country): PingOffer {
  const key = `${country.code} ${service.name}`;
  return {
    id: DOCUMENTED_IDS[key] ?? idOf(key),
    product: "verification",
    service: service.name,
    country: country.code,
    price: cents(Math.ceil((service.cents * country.pricePercent) / 100)),
    capabilities: service.voice ? ["sms", "voice"] : ["sms"],
    available: !UNAVAILABLE.has(key),
    successRate: (service.successPercent - country.successLoss) / 100,
    estimatedWaitSeconds: service.waitSeconds + country.extraWaitSeconds,
  };
}

function idOf(key: string): string {
  const digest = createHash("sha256").update(key).digest("hex");
  return `svc_${BigInt(`0x${digest}`).toString(36).slice(0, 12)}`;
}

import { cents } from "../json.ts";
import { type Offer, SCENARIO_SERVICES } from "../offer.ts";

/** The service is a slug. */
export interface PapSmsOffer extends Offer {
  readonly brand: string;
  readonly countryName: string;
}

const SERVICES: readonly { readonly slug: string; readonly brand: string; readonly cents: number }[] = [
  { slug: "whatsapp", brand: "WhatsApp", cents: 80 },
  { slug: "telegram", brand: "Telegram", cents: 70 },
  { slug: "google", brand: "Google", cents: 55 },
  { slug: "facebook", brand: "Facebook", cents: 40 },
  { slug: "instagram", brand: "Instagram", cents: 45 },
  { slug: "twitter", brand: "Twitter", cents: 38 },
  { slug: "tiktok", brand: "TikTok", cents: 42 },
  { slug: "snapchat", brand: "Snapchat", cents: 48 },
  { slug: "discord", brand: "Discord", cents: 35 },
  { slug: "signal", brand: "Signal", cents: 62 },
  { slug: "microsoft", brand: "Microsoft", cents: 30 },
  { slug: "apple", brand: "Apple", cents: 75 },
  { slug: "amazon", brand: "Amazon", cents: 52 },
  { slug: "paypal", brand: "PayPal", cents: 110 },
  { slug: "uber", brand: "Uber", cents: 65 },
  { slug: "tinder", brand: "Tinder", cents: 95 },
  { slug: "linkedin", brand: "LinkedIn", cents: 50 },
  { slug: "netflix", brand: "Netflix", cents: 28 },
  { slug: "openai", brand: "OpenAI", cents: 68 },
];

const COUNTRIES: readonly { readonly code: string; readonly name: string; readonly pricePercent: number }[] = [
  { code: "US", name: "United States", pricePercent: 100 },
  { code: "GB", name: "United Kingdom", pricePercent: 110 },
  { code: "CA", name: "Canada", pricePercent: 105 },
  { code: "DE", name: "Germany", pricePercent: 160 },
  { code: "FR", name: "France", pricePercent: 150 },
  { code: "NL", name: "Netherlands", pricePercent: 145 },
  { code: "PL", name: "Poland", pricePercent: 80 },
  { code: "IN", name: "India", pricePercent: 36 },
  { code: "ID", name: "Indonesia", pricePercent: 36 },
  { code: "BR", name: "Brazil", pricePercent: 60 },
  { code: "RU", name: "Russia", pricePercent: 50 },
  { code: "KR", name: "South Korea", pricePercent: 170 },
];

export function papSmsCatalogue(): PapSmsOffer[] {
  return COUNTRIES.flatMap(({ code, name, pricePercent }) => [
    ...SERVICES.map(
      ({ slug, brand, cents: price }): PapSmsOffer => ({
        id: `${code}/${slug}`,
        service: slug,
        brand,
        country: code,
        countryName: name,
        price: cents(Math.ceil((price * pricePercent) / 100)),
      }),
    ),
    ...(code === "US" ? scenarioOffers(name) : []),
  ]);
}

/** `sandboxinstant`, `sandboxtwomessages` and so on. */
function scenarioOffers(countryName: string): PapSmsOffer[] {
  return SCENARIO_SERVICES.map(({ service, scenario }) => {
    const slug = service.toLowerCase().replaceAll(" ", "");
    return { id: `US/${slug}`, service: slug, brand: service, country: "US", countryName, price: cents(10), scenario };
  });
}

import { cents } from "../json.ts";
import type { Offer } from "../offer.ts";

export interface SmsEsimOffer extends Offer {
  readonly product: "esim";
  /** With one decimal: `5.0`. */
  readonly dataGb: string;
  readonly days: number;
}

const PLANS: readonly {
  readonly place: string;
  readonly country: string;
  readonly gb: string;
  readonly days: number;
  readonly cents: number;
}[] = [
  { place: "USA", country: "US", gb: "5.0", days: 30, cents: 1200 },
  { place: "USA", country: "US", gb: "1.0", days: 7, cents: 450 },
  { place: "United Kingdom", country: "GB", gb: "10.0", days: 30, cents: 1650 },
  { place: "Germany", country: "DE", gb: "3.0", days: 15, cents: 825 },
  { place: "Europe", country: "EU", gb: "0.5", days: 7, cents: 399 },
];

export function smsEsimCatalogue(): SmsEsimOffer[] {
  return PLANS.map(({ place, country, gb, days, cents: price }) => {
    const plan = `${place} ${Number(gb)}GB / ${days} days`;
    return { id: `esim/${plan}`, product: "esim", service: plan, country, price: cents(price), dataGb: gb, days };
  });
}

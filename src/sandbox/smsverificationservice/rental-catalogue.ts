import { cents } from "../json.ts";
import { type Offer, SCENARIO_SERVICES } from "../offer.ts";

/** The three lists that rentals are on; all of them are of the United States. */
export type RentalShelf = "rental" | "rent-1day" | "rent-30days";

export interface SmsRentalOffer extends Offer {
  readonly product: "rental";
  readonly shelf: RentalShelf;
  /** Absent on the shelf that is bought from by name. */
  readonly serviceId?: number;
  readonly days: 1 | 3 | 30;
}

const BY_NAME: readonly { readonly name: string; readonly cents3: number; readonly cents30: number }[] = [
  { name: "WhatsApp", cents3: 400, cents30: 1200 },
  { name: "Telegram", cents3: 350, cents30: 1050 },
  { name: "Google", cents3: 380, cents30: 1100 },
  { name: "PayPal", cents3: 525, cents30: 1575 },
  ...SCENARIO_SERVICES.map(({ service }) => ({ name: service, cents3: 10, cents30: 50 })),
];

interface NumberedService {
  readonly id: number;
  readonly name: string;
  readonly cents: number;
}

const ONE_DAY: readonly NumberedService[] = [
  { id: 4421, name: "Tinder", cents: 120 },
  { id: 4422, name: "Discord", cents: 150 },
  { id: 4423, name: "WhatsApp", cents: 180 },
  ...SCENARIO_SERVICES.map(({ service }, index) => ({ id: 9101 + index, name: service, cents: 10 })),
];

const THIRTY_DAYS: readonly NumberedService[] = [
  { id: 7821, name: "Instagram", cents: 1200 },
  { id: 7822, name: "WhatsApp", cents: 1150 },
  ...SCENARIO_SERVICES.map(({ service }, index) => ({ id: 9201 + index, name: service, cents: 50 })),
];

export function smsRentalCatalogue(): SmsRentalOffer[] {
  return [
    ...BY_NAME.flatMap(({ name, cents3, cents30 }) => [
      rentalOf("rental", 3, { name, cents: cents3 }),
      rentalOf("rental", 30, { name, cents: cents30 }),
    ]),
    ...ONE_DAY.map((service) => rentalOf("rent-1day", 1, service)),
    ...THIRTY_DAYS.map((service) => rentalOf("rent-30days", 30, service)),
  ];
}

function rentalOf(
  shelf: RentalShelf,
  days: SmsRentalOffer["days"],
  { id, name, cents: price }: Omit<NumberedService, "id"> & { readonly id?: number },
): SmsRentalOffer {
  const scenario = SCENARIO_SERVICES.find(({ service }) => service === name)?.scenario;
  return {
    id: `${shelf}/${days}/${id ?? name}`,
    product: "rental",
    shelf,
    ...(id !== undefined && { serviceId: id }),
    days,
    service: name,
    country: "US",
    price: cents(price),
    ...(scenario && { scenario }),
  };
}

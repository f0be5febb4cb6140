import type { Offer } from "../core/offer.ts";
import type { SortedTexts } from "./sorted-texts.ts";

/** What is read of an offer at once. */
type Facts = Omit<Offer, "offerId" | "ref">;

/**
 * An offer of a catalogue's row. Its id, and the ref in it, are read when they are asked for: that takes about as long as
 * all the rest, and of the offers that are ranked few are bought or shown. They are no properties of its own: see copyOf.
 */
export class ListedOffer implements Offer {
  declare readonly upstream: Facts["upstream"];
  declare readonly provider: Facts["provider"];
  declare readonly product: Facts["product"];
  declare readonly country: Facts["country"];
  declare readonly service: Facts["service"];
  declare readonly serviceName: Facts["serviceName"];
  declare readonly capabilities: Facts["capabilities"];
  declare readonly price: Facts["price"];
  declare readonly available: Facts["available"];
  declare readonly availableCount: Facts["availableCount"];
  declare readonly publishedSuccessRate: Facts["publishedSuccessRate"];
  declare readonly publishedWaitMs: Facts["publishedWaitMs"];
  declare readonly curated: Facts["curated"];
  declare readonly supportsAreaCode: Facts["supportsAreaCode"];
  declare readonly rentalTerms: Facts["rentalTerms"];
  declare readonly esimPlan: Facts["esimPlan"];
  declare readonly fetchTime: Facts["fetchTime"];
  readonly #ids: SortedTexts;
  readonly #row: number;
  readonly #isServiceInId: boolean;
  #id: string | undefined;

  constructor(ids: SortedTexts, row: number, isServiceInId: boolean, facts: Facts) {
    this.#ids = ids;
    this.#row = row;
    this.#isServiceInId = isServiceInId;
    // Each by its name: that is several times as fast as Object.assign.
    this.upstream = facts.upstream;
    this.provider = facts.provider;
    this.product = facts.product;
    this.country = facts.country;
    this.service = facts.service;
    this.serviceName = facts.serviceName;
    this.capabilities = facts.capabilities;
    this.price = facts.price;
    this.available = facts.available;
    this.availableCount = facts.availableCount;
    this.publishedSuccessRate = facts.publishedSuccessRate;
    this.publishedWaitMs = facts.publishedWaitMs;
    this.curated = facts.curated;
    this.supportsAreaCode = facts.supportsAreaCode;
    this.rentalTerms = facts.rentalTerms;
    this.esimPlan = facts.esimPlan;
    this.fetchTime = facts.fetchTime;
  }

  get offerId(): string {
    return `${this.upstream}:${this.#listedId}`;
  }

  get ref(): string {
    return this.#isServiceInId ? this.#listedId.slice(0, -this.service.length - 1) : this.#listedId;
  }

  /** What follows `upstream:` in the id. */
  get #listedId(): string {
    this.#id ??= this.#ids.at(this.#row);
    return this.#id;
  }
}

/** An offer like it, but for the changes. A spread alone would leave the id and the ref of a listed one behind. */
export function copyOf(offer: Offer, changes: Partial<Offer> = {}): Offer {
  return { ...offer, offerId: offer.offerId, ref: offer.ref, ...changes };
}

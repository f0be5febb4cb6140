import type { Capability, Offer } from "../core/offer.ts";

/** An offer's answers to yes or no, a bit each. They are stored: a bit never changes its meaning. */
export const TRAITS = {
  SMS: 1,
  VOICE: 2,
  AVAILABLE: 4,
  CURATED: 8,
  AREA_CODE: 16,
  /** Its listing is offered under several services, so its id ends with its own. */
  SERVICE_IN_ID: 32,
} as const;

/** All of them. */
export const MOST_TRAITS = 63;

const CAPABILITIES: readonly (readonly Capability[])[] = [[], ["SMS"], ["VOICE"], ["SMS", "VOICE"]];

type Told = Pick<Offer, "capabilities" | "available" | "curated" | "supportsAreaCode">;

export function writeTraits(offer: Told, serviceInId: boolean): number {
  return (
    (offer.capabilities.includes("SMS") ? TRAITS.SMS : 0) +
    (offer.capabilities.includes("VOICE") ? TRAITS.VOICE : 0) +
    (offer.available ? TRAITS.AVAILABLE : 0) +
    (offer.curated ? TRAITS.CURATED : 0) +
    (offer.supportsAreaCode ? TRAITS.AREA_CODE : 0) +
    (serviceInId ? TRAITS.SERVICE_IN_ID : 0)
  );
}

export function readTraits(traits: number): Told {
  return {
    capabilities: CAPABILITIES[traits & 3] ?? [],
    available: (traits & TRAITS.AVAILABLE) !== 0,
    curated: (traits & TRAITS.CURATED) !== 0,
    supportsAreaCode: (traits & TRAITS.AREA_CODE) !== 0,
  };
}

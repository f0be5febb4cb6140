import type { Money } from "../core/money.ts";

/**
 * A service that plays the same part in every run, so that a test needs no scripting: its code never comes, comes at
 * once, comes after a minute, is followed by a second message, or its numbers have always just run out.
 */
export type Scenario = "never" | "instant" | "late" | "two_messages" | "empty";

export type Product = "verification" | "rental" | "esim";

/** Something that a sandbox upstream sells. */
export interface Offer {
  /** Unique within its upstream. */
  readonly id: string;
  /** Absent is a verification. */
  readonly product?: Product;
  /** As the upstream spells it. */
  readonly service: string;
  /** As its messages spell it, where the upstream's spelling is no name. */
  readonly brand?: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
  readonly price: Money;
  readonly scenario?: Scenario;
}

export function productOf({ product = "verification" }: Offer): Product {
  return product;
}

export const SCENARIO_SERVICES: readonly { readonly service: string; readonly scenario: Scenario }[] = [
  { service: "Sandbox Instant", scenario: "instant" },
  { service: "Sandbox Late", scenario: "late" },
  { service: "Sandbox Two Messages", scenario: "two_messages" },
  { service: "Sandbox Never", scenario: "never" },
  { service: "Sandbox Empty", scenario: "empty" },
];

import type { Money } from "../core/money.ts";

/**
 * A service that plays the same part in every run, so that a test needs no scripting: its code never comes, comes at
 * once, or its numbers have always just run out.
 */
export type Scenario = "never" | "instant" | "empty";

/** Something that a sandbox upstream sells. */
export interface Offer {
  /** Unique within its upstream. */
  readonly id: string;
  /** As the upstream spells it. */
  readonly service: string;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country: string;
  readonly price: Money;
  readonly scenario?: Scenario;
}

export const SCENARIO_SERVICES: readonly { readonly service: string; readonly scenario: Scenario }[] = [
  { service: "Sandbox Instant", scenario: "instant" },
  { service: "Sandbox Never", scenario: "never" },
  { service: "Sandbox Empty", scenario: "empty" },
];

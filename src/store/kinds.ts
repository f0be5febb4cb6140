import { RENTAL_TRANSITIONS } from "../core/rental.ts";
import { TRANSITIONS } from "../core/verification.ts";

/** A kind of order. */
export interface Kind {
  /** In the column `product`. */
  readonly product: "VERIFICATION" | "RENTAL" | "EXTENSION" | "ESIM";
  readonly noun: string;
  /** What its id is called in an error's metadata. */
  readonly idField: string;
  readonly transitions: Readonly<Record<string, readonly string[]>>;
}

export const VERIFICATION: Kind = {
  product: "VERIFICATION",
  noun: "verification",
  idField: "verification_id",
  transitions: TRANSITIONS,
};

export const RENTAL: Kind = {
  product: "RENTAL",
  noun: "rental",
  idField: "rental_id",
  transitions: RENTAL_TRANSITIONS,
};

export const EXTENSION: Kind = {
  product: "EXTENSION",
  noun: "extension",
  idField: "extension_id",
  transitions: { PENDING: ["DONE", "FAILED"], DONE: [], FAILED: [] },
};

export const ESIM: Kind = {
  product: "ESIM",
  noun: "eSIM",
  idField: "esim_id",
  transitions: { PENDING: ["ACTIVE", "FAILED"], ACTIVE: [], FAILED: [] },
};

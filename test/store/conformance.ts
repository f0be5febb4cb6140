import { afterEach, beforeEach, describe } from "vitest";
import type { Rates } from "../../src/core/rates.ts";
import type { Store } from "../../src/core/store.ts";
import { balanceClaims } from "./balance-claims.ts";
import { batchClaims } from "./batch-claims.ts";
import { budgetClaims } from "./budget-claims.ts";
import { guardClaims } from "./guard-claims.ts";
import { historyClaims } from "./history-claims.ts";
import { keepsakeClaims } from "./keepsake-claims.ts";
import { lifeClaims } from "./life-claims.ts";
import { listClaims } from "./list-claims.ts";
import { lossClaims } from "./loss-claims.ts";
import { purchaseClaims } from "./purchase-claims.ts";
import { refundClaims } from "./refund-claims.ts";
import { rentalClaims } from "./rental-claims.ts";
import { resaleClaims } from "./resale-claims.ts";
import { retentionClaims } from "./retention-claims.ts";
import { RATES } from "./samples.ts";
import { walkClaims } from "./walk-claims.ts";

/** What every engine promises. Each test gets a store with nothing in it, which weighs money by the rates. */
export function storeConformance(name: string, open: (rates: Rates) => Promise<Store>): void {
  describe(`a store on ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open(RATES);
    });
    afterEach(() => store.close());

    const current = () => store;
    describe("buying", () => purchaseClaims(current));
    describe("budgets", () => budgetClaims(current));
    describe("callers who get no code", () => guardClaims(current));
    describe("refunds", () => refundClaims(current));
    describe("a lost number", () => lossClaims(current));
    describe("an order that is sold again", () => resaleClaims(current));
    describe("a verification's life", () => lifeClaims(current));
    describe("rentals, extensions and eSIMs", () => rentalClaims(current));
    describe("lists", () => listClaims(current));
    describe("history", () => historyClaims(current));
    describe("forgetting", () => retentionClaims(current));
    describe("commands at the same time", () => batchClaims(current));
    describe("accounts' balances", () => balanceClaims(current));
    describe("catalogues, calls and closing", () => keepsakeClaims(current));
    describe("any commands", () => walkClaims(current));
  });
}

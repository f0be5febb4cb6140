import { afterEach, beforeEach, describe } from "vitest";
import type { Store } from "../../src/core/store.ts";
import { budgetClaims } from "./budget-claims.ts";
import { keepsakeClaims } from "./keepsake-claims.ts";
import { lifeClaims } from "./life-claims.ts";
import { listClaims } from "./list-claims.ts";
import { purchaseClaims } from "./purchase-claims.ts";
import { refundClaims } from "./refund-claims.ts";
import { resaleClaims } from "./resale-claims.ts";

/** What every engine promises. Each test gets a store with nothing in it. */
export function storeConformance(name: string, open: () => Promise<Store>): void {
  describe(`a store on ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const current = () => store;
    describe("buying", () => purchaseClaims(current));
    describe("budgets", () => budgetClaims(current));
    describe("refunds", () => refundClaims(current));
    describe("an order that is sold again", () => resaleClaims(current));
    describe("a verification's life", () => lifeClaims(current));
    describe("lists", () => listClaims(current));
    describe("catalogues, calls and closing", () => keepsakeClaims(current));
  });
}

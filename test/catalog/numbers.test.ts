import { describe, expect, it } from "vitest";
import { countBefore, countBeforeNear } from "../../src/catalog/numbers.ts";

describe("counting what is before, from a guess", () => {
  it.each([0, 1, 2, 3, 10, 33])("gives what a search without one gives, among %i", (length) => {
    for (let count = 0; count <= length; count += 1) {
      const isBefore = (index: number) => {
        expect(index >= 0 && index < length).toBe(true);
        return index < count;
      };
      for (let guess = -1; guess <= length + 1; guess += 1) {
        expect([guess, countBeforeNear(guess, length, isBefore)]).toEqual([guess, countBefore(length, isBefore)]);
      }
    }
  });

  it("looks at few places when the guess is near", () => {
    let looks = 0;
    const isBefore = (index: number) => {
      looks += 1;
      return index < 500_000;
    };
    expect(countBeforeNear(500_001, 1_000_000, isBefore)).toBe(500_000);
    expect(looks).toBeLessThan(6);
  });
});

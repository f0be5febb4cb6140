import type { Clock } from "../core/clock.ts";
import { areaPattern, patternsOf } from "./numbering.ts";

export interface Phones {
  /**
   * A number of the country, grouped by spaces, that nobody else is given before `until`. Undefined when all are
   * taken. An area code narrows it to that area, where numbering has areas.
   */
  take(country: string, until: number, areaCode?: string): string | undefined;
  /** The same number once more for its holder until `heldUntil`. Undefined when somebody else has it by now. */
  takeAgain(phone: string, heldUntil: number, until: number): string | undefined;
  /** Keeps a number that is taken for longer. */
  hold(phone: string, until: number): void;
  /** All of them come back. */
  reset(): void;
}

export function createPhones(clock: Clock): Phones {
  const takenUntil = new Map<string, number>();
  const cursors = new Map<string, number>();

  return {
    take(country, until, areaCode) {
      const patterns = areaCode === undefined ? patternsOf(country) : areaPattern(country, areaCode);
      const [first = ""] = patterns;
      const perPattern = 10 ** (first.split("#").length - 1);
      const total = patterns.length * perPattern;
      const shelf = areaCode === undefined ? country : `${country} ${areaCode}`;
      const start = cursors.get(shelf) ?? 0;

      for (let step = 0; step < total; step += 1) {
        // Going round, so that a number that came back rests as long as possible.
        const at = (start + step) % total;
        const phone = fill(patterns[at % patterns.length] ?? first, Math.floor(at / patterns.length));
        if ((takenUntil.get(phone) ?? 0) > clock.now()) continue;
        cursors.set(shelf, at + 1);
        takenUntil.set(phone, until);
        return phone;
      }
      return undefined;
    },
    takeAgain(phone, heldUntil, until) {
      const taken = takenUntil.get(phone) ?? 0;
      if (taken > clock.now() && taken !== heldUntil) return undefined;
      takenUntil.set(phone, until);
      return phone;
    },
    hold: (phone, until) => takenUntil.set(phone, until),
    reset() {
      takenUntil.clear();
      cursors.clear();
    },
  };
}

/** Puts a serial number in the pattern's places: `+1 415 555 01##` and 23 give `+1 415 555 0123`. */
function fill(pattern: string, serial: number): string {
  const places = pattern.split("#").length - 1;
  const digits = String(serial).padStart(places, "0");
  let next = 0;
  return pattern.replace(/#/g, () => digits[next++] ?? "");
}

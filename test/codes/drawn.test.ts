import { describe, expect, it } from "vitest";
import { extractCode } from "../../src/orders/codes/extract.ts";
import { createRandom, type Random } from "../../src/sandbox/random.ts";
import { TABLES } from "./cases/tables.ts";

const SEED = 20260501;
const LONGEST = 2000;

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const times = (count: number) => Array.from({ length: count }, (_, index) => index);
const digits = (random: Random, count: number) =>
  times(count)
    .map(() => Math.floor(random() * 10))
    .join("");

/** Four to eight digits that are no year. */
function drawCode(random: Random): string {
  const code = digits(random, 4 + Math.floor(random() * 5));
  return /^(?:19|20)\d\d$/.test(code) ? drawCode(random) : code;
}

describe("a code drawn at random", () => {
  const plain = Object.entries(TABLES).map(
    ([language, { codes }]) => [language, codes.filter(([, code, raw = code]) => /^\d{4,8}$/.test(raw))] as const,
  );

  it.each(plain)("is found in the place of any other in %s", (_language, messages) => {
    const random = createRandom(SEED);
    for (const [message, old] of messages) {
      for (const _ of times(25)) {
        const code = drawCode(random);
        const text = message.replaceAll(old, code);
        expect([text, extractCode(text)]).toEqual([text, { kind: "code", code, raw: code }]);
      }
    }
  });
});

describe("noise", () => {
  const WORDS =
    `river stone lunch Monday station bread green quickly the of in and Fluss Brot Montag heute mit pluie chemin lundi
    avec lluvia mesa lunes con chuva mesa pioggia tavolo lunedì regen tafel ulica deszcz dům дождь улица понедельник дощ вулиця sade
    pöytä eső asztal yağmur masa βροχή δρόμος مطر شارع باران خیابان גשם רחוב बारिश सड़क hujan meja mưa bàn ฝน โต๊ะ 雨 街道 猫 桌子 ねこ 비 거리`.split(
      /\s+/,
    );
  const NUMBERS: readonly ((random: Random) => string)[] = [
    (random) => digits(random, 1 + Math.floor(random() * 12)),
    (random) => `${digits(random, 3)}-${digits(random, 3)}`,
    (random) => `${digits(random, 3)} ${digits(random, 3)}`,
    (random) => `${digits(random, 2)}:${digits(random, 2)}`,
    (random) => `${digits(random, 2)}.${digits(random, 2)}.${digits(random, 4)}`,
    (random) => `${digits(random, 1)},${digits(random, 3)}.${digits(random, 2)}`,
    (random) => `${pick(random, ["A", "QX", "KLM"])}-${digits(random, 6)}`,
    (random) => `${pick(random, ["ab", "XK", "q"])}${digits(random, 4)}`,
    (random) => `"${digits(random, 6)}"`,
  ];
  const SIGNS = [" ", " ", " ", " ", ", ", ". ", ": ", " - ", "\n", " (", ") "];

  it("holds nothing", () => {
    const random = createRandom(SEED);
    for (const _ of times(5_000)) {
      const text = times(2 + Math.floor(random() * 20))
        .map(() => (random() < 0.3 ? pick(random, NUMBERS)(random) : pick(random, WORDS)) + pick(random, SIGNS))
        .join("");
      expect([text, extractCode(text)]).toEqual([text, { kind: "none" }]);
    }
  });
});

describe("a message of any characters", () => {
  it("holds a code only as it is written there", () => {
    const random = createRandom(SEED);
    const messages = Object.values(TABLES).flatMap(({ codes }) => codes.map(([message]) => message));
    for (const _ of times(5_000)) {
      const text = times(1 + Math.floor(random() * 6))
        .map(() => {
          const strange = String.fromCharCode(...times(3).map(() => Math.floor(random() * 0x1_0000)));
          const message = pick(random, messages);
          return pick(random, [strange, message.slice(0, Math.floor(random() * message.length)), message]);
        })
        .join("")
        .slice(0, LONGEST);
      const extracted = extractCode(text);
      if (extracted.kind !== "code") continue;
      expect(text).toContain(extracted.raw);
      expect(extracted.code).toMatch(/^[A-Za-z0-9-]{3,15}$/);
    }
  });

  it("is not read when it is longer than any text message", () => {
    const text = "Your verification code is 482913.";
    expect(extractCode(text.padEnd(LONGEST)).kind).toBe("code");
    expect(extractCode(text.padEnd(LONGEST + 1)).kind).toBe("none");
  });

  const HOSTILE = [
    ..."1 *a@#.,:-+$%x()'\n\u0301ﷺ人인ก",
    ..."1 |12-|a |code |code: |1234 |1234 code |is |1 is |$1|+1 |12 min|1) |( |a.|a.a/|https://|AAA-1|a1B2|XX|verification code 1234 or |1分|never share |OTP'a ".split(
      "|",
    ),
  ];

  it.each(HOSTILE)("is read in no time when it repeats %j", { timeout: 10_000 }, (part) => {
    const text = part.repeat(LONGEST).slice(0, LONGEST);
    for (const tail of ["", "x", "\n", "1", " code"]) {
      expect(["none", "code", "link"]).toContain(extractCode(text.slice(0, LONGEST - tail.length) + tail).kind);
    }
  });
});

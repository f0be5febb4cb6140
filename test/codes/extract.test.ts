import { describe, expect, it } from "vitest";
import { extractCode } from "../../src/orders/codes/extract.ts";
import { TABLES } from "./cases/tables.ts";

describe.each(Object.entries(TABLES))("a message in %s", (_language, { codes, none, links = [] }) => {
  it.each(codes.map(([message, code, raw = code]) => [message, code, raw] as const))(
    "%j holds the code %s",
    (...row) => {
      const [message, code, raw] = row;
      expect(extractCode(message)).toEqual({ kind: "code", code, raw });
    },
  );

  it.each([...none])("%j holds nothing that is certain", (message) => {
    expect(extractCode(message)).toEqual({ kind: "none" });
  });

  it.each([...links])("%j asks to follow a link", (message, url) => {
    expect(extractCode(message)).toEqual({ kind: "link", url });
  });
});

it("is tried on many messages, in many languages", () => {
  const tables = Object.values(TABLES);
  expect(tables.length).toBeGreaterThanOrEqual(30);
  expect(tables.flatMap(({ codes }) => codes).length).toBeGreaterThanOrEqual(200);
  expect(tables.flatMap(({ none, links = [] }) => [...none, ...links]).length).toBeGreaterThanOrEqual(180);
});

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { UpstreamFault } from "../../src/core/error.ts";
import {
  amount,
  count,
  dateTime,
  decode,
  hint,
  id,
  lines,
  messageTime,
  parseJson,
  ratio,
  text,
  time,
  utcTime,
} from "../../src/upstream/decode.ts";

/** What a schema makes of a value as it stands in JSON; `fault` where it is not believed. */
function read(schema: z.ZodType<unknown>, value: string): unknown {
  try {
    return decode(z.object({ value: schema }), parseJson(`{"value": ${value}}`)).value;
  } catch (error) {
    if (error instanceof UpstreamFault) return "fault";
    throw error;
  }
}

describe("parseJson", () => {
  it.each(["0.1", "0.30000000000000004", "1e-2", "12", "9007199254740993", "-0", "1E400", "0.10"])(
    "keeps %s as it was written",
    (number) => {
      expect(parseJson(number)).toBe(number);
      expect(parseJson(`{"a": [{"b": ${number}}]}`)).toEqual({ a: [{ b: number }] });
    },
  );

  it("leaves everything else as JSON has it", () => {
    expect(parseJson('{"a": null, "b": [true, false, "x", ""], "c": {}}')).toEqual({
      a: null,
      b: [true, false, "x", ""],
      c: {},
    });
  });

  it.each(["", " ", "{", "<html>", "{'a': 1}", "NaN", "[1,]", "{} {}"])("throws for %j", (body) => {
    expect(() => parseJson(body)).toThrow(SyntaxError);
  });

  it("does not let a body reach an object's prototype", () => {
    const body = decode(z.object({ a: text.optional() }), parseJson('{"__proto__": {"a": "b"}, "constructor": 1}'));
    expect(body.a).toBeUndefined();
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
  });
});

describe("a field", () => {
  it.each<[string, z.ZodType<unknown>, string, unknown]>([
    ["an id", id, "458731", "458731"],
    ["an id", id, '"458731"', "458731"],
    ["an id", id, "0", "0"],
    ["an id", id, '"svc_abc-123.x"', "svc_abc-123.x"],
    ["an id", id, '""', "fault"],
    ["an id", id, '"a b"', "fault"],
    ["an id", id, '"a\\n"', "fault"],
    ["an id", id, `"${"x".repeat(129)}"`, "fault"],
    ["an id", id, "null", "fault"],
    ["an id", id, "true", "fault"],
    ["a text", text, '"+1 415 555 0123"', "+1 415 555 0123"],
    ["a text", text, `"${"x".repeat(4097)}"`, "fault"],
    ["a count", count, "100", 100],
    ["a count", count, '"100"', 100],
    ["a count", count, "0", 0],
    ["a count", count, "-1", "fault"],
    ["a count", count, "1.5", "fault"],
    ["a count", count, "1e3", "fault"],
    ["a count", count, "2147483647", 2_147_483_647],
    ["a count", count, "2147483648", "fault"],
    ["a count", count, "1234567890123", "fault"],
    ["a ratio", ratio, "0.95", 0.95],
    ["a ratio", ratio, "1", 1],
    ["a ratio", ratio, "1.00", 1],
    ["a ratio", ratio, "0", 0],
    ["a ratio", ratio, "95", "fault"],
    ["a ratio", ratio, "1.01", "fault"],
    ["a ratio", ratio, "-0.5", "fault"],
    ["a time", time, '"2026-04-04T12:30:00Z"', new Date("2026-04-04T12:30:00Z")],
    ["a time", time, '"2026-04-04T12:30:00.123456Z"', new Date("2026-04-04T12:30:00.123Z")],
    ["a time", time, '"2026-04-04T12:30:00+02:00"', new Date("2026-04-04T10:30:00Z")],
    ["a time", time, '"2026-04-04T12:30:00"', "fault"],
    ["a time", time, '"2026-04-04"', "fault"],
    ["a time", time, '"2026-02-31T12:30:00Z"', "fault"],
    ["a time", time, "1775305800", new Date("2026-04-04T12:30:00Z")],
    ["a time", time, '"1775305800"', new Date("2026-04-04T12:30:00Z")],
    ["a time", time, "1775305800123", new Date("2026-04-04T12:30:00.123Z")],
    ["a time", time, "20260404", "fault"],
    ["a time", time, "177530580", "fault"],
    ["a time", time, "1775305800.5", "fault"],
    ["a time", time, '"0000000000"', "fault"],
    ["a time", time, "9999999999", "fault"],
    ["a time with its zone or in UTC", dateTime, '"2026-04-04T12:30:00"', new Date("2026-04-04T12:30:00Z")],
    ["a time with its zone or in UTC", dateTime, '"2026-04-04T12:30:00+02:00"', new Date("2026-04-04T10:30:00Z")],
    ["a time with its zone or in UTC", dateTime, '"2026-04-04T12:30:00.5+0200"', new Date("2026-04-04T10:30:00.5Z")],
    ["a time with its zone or in UTC", dateTime, '"soon"', "fault"],
    ["a time", time, '"2000-01-01T00:00:00Z"', new Date("2000-01-01T00:00:00Z")],
    ["a time", time, '"1999-12-31T23:59:59Z"', "fault"],
    ["a time", time, '"0000-01-01T00:00:00Z"', "fault"],
    ["a time", time, '"2101-01-01T00:00:00Z"', "fault"],
    ["a time", time, '"9999-12-31T23:59:59-23:59"', "fault"],
    ["a time in UTC", utcTime, '"2026-04-04 12:30:00"', new Date("2026-04-04T12:30:00Z")],
    ["a time in UTC", utcTime, '"0000-00-00 00:00:00"', undefined],
    ["a time in UTC", utcTime, '"9999-12-31 23:59:59"', undefined],
    ["a message's time", messageTime, '"2026-04-04 12:30:00"', { shownTime: new Date("2026-04-04T12:30:00Z") }],
    ["a message's time", messageTime, '"2026-04-04T12:30:00+02:00"', { receiveTime: new Date("2026-04-04T10:30:00Z") }],
    ["a message's time", messageTime, "1775305800", { receiveTime: new Date("2026-04-04T12:30:00Z") }],
    ["a message's time", messageTime, '"0000-00-00 00:00:00"', undefined],
    ["a hint", hint(ratio), "0.95", 0.95],
    ["a hint", hint(ratio), "95", undefined],
    ["a hint", hint(ratio), "null", undefined],
    ["an amount", amount("EUR"), "0.50", { currency: "EUR", micros: 500_000n }],
    ["an amount", amount("EUR"), "-0.50", "fault"],
    ["an amount", amount("EUR"), '"0,50"', { currency: "EUR", micros: 500_000n }],
    ["an amount", amount("USD"), '"$ 12,5"', { currency: "USD", micros: 12_500_000n }],
    ["an amount", amount("USD"), '"0,525"', { currency: "USD", micros: 525_000n }],
    ["an amount", amount("USD"), '"1,500"', "fault"],
    ["an amount", amount("USD"), '"1,5,0"', "fault"],
    ["an amount", amount("USD"), '"1,234.5"', "fault"],
    ["an amount", amount("EUR"), "1000000", { currency: "EUR", micros: 1_000_000_000_000n }],
    ["an amount", amount("EUR"), "1000000.000001", "fault"],
    ["an amount", amount("EUR"), "999999999999e20", "fault"],
    [
      "an amount of a small currency",
      amount("IDR", 2_000_000n),
      "2000000",
      { currency: "IDR", micros: 2_000_000_000_000n },
    ],
  ])("that is %s", (_name, schema, value, expected) => {
    expect(read(schema, value)).toEqual(expected);
  });
});

describe("lines", () => {
  const names = lines(z.object({ name: text, cost: amount("USD") }));
  const cheap = { name: "WhatsApp", cost: { currency: "USD", micros: 400_000n } };

  it.each<[string, string, unknown]>([
    ["that can all be read", '[{"name": "WhatsApp", "cost": 0.4}]', [cheap]],
    ["of which one cannot", '[{"name": "WhatsApp", "cost": 0.4}, {"name": "Telegram", "cost": "a lot"}, 7]', [cheap]],
    ["of which none can", '[{"name": "Telegram", "cost": "a lot"}]', "fault"],
    ["of which one of very many can", `[{"name": "WhatsApp", "cost": 0.4}${", 1".repeat(20_000)}]`, "fault"],
    ["that are none", "[]", []],
    ["that are no list", '{"0": {}}', "fault"],
  ])("%s", (_name, value, expected) => {
    expect(read(names, value)).toEqual(expected);
  });
});

describe("an answer that is not as documented", () => {
  it("is a fault that says where, and quotes nothing", () => {
    const services = z.object({ data: z.object({ services: z.array(z.object({ status: z.enum(["active"]) })) }) });
    const body = parseJson('{"data": {"services": [{"status": "active"}, {"status": "sk_live_hush"}]}}');
    const error = failing(() => decode(services, body));
    expect(error).toMatchObject({ name: "UpstreamFault", sent: true });
    expect(error.message).toBe("unreadable answer: data.services.1.status is not as documented (invalid_value)");
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("hush");
  });

  it("has no place when it is wrong as a whole", () => {
    expect(failing(() => decode(z.object({}), "tea")).message).toBe(
      "unreadable answer: the answer is not as documented (invalid_type)",
    );
  });
});

function failing(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("expected a failure");
}

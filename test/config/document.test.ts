import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { fileSchema } from "../../src/config/schema.ts";
import { ALL_PROVIDERS } from "./support.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, ROOT), "utf8");

/** The names of the keys that hold a value, without those of the sections around them. */
function keysOf(schema: z.core.$ZodType, name = ""): readonly string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case "object":
      return Object.entries(def.shape).flatMap(([key, value]) => keysOf(value, key));
    case "array":
      return keysOf(def.element, name);
    case "optional":
    case "nullable":
      return keysOf(def.innerType, name);
    default:
      return [name];
  }
}

const distinct = (names: Iterable<string>) => [...new Set(names)].sort();

const keys = keysOf(fileSchema(ALL_PROVIDERS));

describe("every key of the file", () => {
  it("is in docs/configuration.md, which names no other", () => {
    const [, tables = ""] = read("docs/configuration.md").split(/^## (?:Keys|Overrides)$/m);
    const cells = tables.split("\n").flatMap((line) => /^\|([^|]+)\|/.exec(line)?.[1] ?? []);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`(?:\w+\.)?(\w+)`/g)].map(([, key = ""]) => key));
    const sections = ["callers", "handler_api", "pvapins"];
    expect(distinct(named.filter((key) => !sections.includes(key)))).toEqual(distinct(keys));
  });

  it.each(distinct(keys))("is in numgate.example.yaml: %s", (key) => {
    expect(read("numgate.example.yaml")).toMatch(new RegExp(`^[# ]*(?:- )?${key}:`, "m"));
  });
});

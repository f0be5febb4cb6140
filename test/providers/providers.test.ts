import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROVIDERS } from "../../src/providers/providers.ts";
import { type ProviderFixtures, providerContract } from "./contract.ts";

/** The names of a folder's modules, without their ending. */
function modulesIn(folder: string): string[] {
  const files = readdirSync(new URL(folder, import.meta.url));
  return files.filter((file) => file.endsWith(".ts")).map((file) => file.replace(/\.ts$/, ""));
}

const ids = PROVIDERS.map(({ id }) => id);

describe("the list of providers", () => {
  it("has every file of its folder, each under the file's name", () => {
    const files = modulesIn("../../src/providers/").filter((file) => file !== "providers");
    expect([...ids].sort()).toEqual(files.sort());
  });

  it("has fixtures for every provider, and no others", () => {
    expect([...ids].sort()).toEqual(modulesIn("fixtures/").sort());
  });
});

/** Each set of fixtures in a provider's file: `fixtures`, and others where it is spoken in several ways. */
for (const provider of PROVIDERS) {
  const sets: Record<string, ProviderFixtures> = await import(`./fixtures/${provider.id}.ts`);
  for (const [name, fixtures] of Object.entries(sets)) {
    if (name === "fixtures") providerContract(provider.id, provider, fixtures);
    else describe(name, () => providerContract(provider.id, provider, fixtures));
  }
}

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { acme } from "../../examples/provider/acme.ts";
import { fixtures } from "../../examples/provider/fixtures.ts";
import { providerContract } from "./contract.ts";

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");

providerContract("acme", acme, fixtures);

describe("docs/adding-an-upstream.md", () => {
  const guide = read("docs/adding-an-upstream.md");
  const provider = read("examples/provider/acme.ts");
  const quoted = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);

  it("shows the whole provider, which has fewer than a hundred lines", () => {
    expect(quoted).toContain(provider);
    expect(provider.trimEnd().split("\n").length).toBeLessThan(100);
  });

  it("quotes nothing in TypeScript that does not run", () => {
    const running = provider + read("examples/provider/fixtures.ts");
    for (const code of quoted) expect(running).toContain(code);
  });

  it("names the cases that every provider must have", () => {
    const [, required = ""] = /const REQUIRED\b.*?= \{\n(.*?)^\};/ms.exec(read("test/providers/contract.ts")) ?? [];
    const titles = [...required.matchAll(/^ {2}"(.*?)":/gm)].map(([, title = ""]) => title);
    expect(titles).toContain("buy: ok");
    for (const title of titles) expect(guide).toContain(`\`${title}\``);
  });
});

import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PROVIDERS } from "../../src/providers/providers.ts";
import type { DocumentedRequest, ProviderFixtures } from "./contract.ts";

const FOLDER = new URL("../../docs/", import.meta.url);
const document = readFileSync(new URL("upstreams.md", FOLDER), "utf8");

interface Section {
  readonly title: string;
  /** The cells of each row of its tables. */
  readonly rows: readonly (readonly string[])[];
}

const sections = document.split(/^## /m).map((text): Section => {
  const rows = text.split("\n").filter((line) => /^\|(?! *-)/.test(line));
  const cells = rows.map((row) => row.split("|").slice(1, -1));
  return { title: text.split("\n")[0] ?? "", rows: cells.slice(1).map((row) => row.map((cell) => cell.trim())) };
});

/** An endpoint as the document names it: `GET /orders/`, `get_number.php?is_rent=1`, `setStatus` 8. */
interface Endpoint {
  readonly name: string;
  isOf(request: DocumentedRequest): boolean;
}

function endpointsIn(cell: string): readonly Endpoint[] {
  return [...cell.matchAll(/`([^`]+)`(?: (\d+))?/g)].map(([whole, name = "", status]) => ({
    name: whole,
    isOf({ method, path, query = {} }) {
      const [, verb, place = "", asked = ""] = /^(?:(GET|POST) )?([^?]*)\??(.*)$/.exec(name) ?? [];
      if (verb === undefined && !place.includes(".")) {
        return query.action === place && (status === undefined || query.status === status);
      }
      const pattern = place.split(/\{\w+\}/).map((part) => part.replaceAll(/[.?]/g, "\\$&"));
      const [key, value] = asked.split("=");
      return (
        (verb === undefined || method === verb) &&
        new RegExp(`${pattern.join("[^/]+")}$`).test(path) &&
        (!key || (value ? query[key] === value : key in query))
      );
    },
  }));
}

interface Made {
  readonly verb: string;
  readonly request: DocumentedRequest;
}

/** Every request that the fixtures of a provider hold it to. */
async function requestsOf(id: string): Promise<readonly Made[]> {
  const sets: Record<string, ProviderFixtures> = await import(`./fixtures/${id}.ts`);
  return Object.values(sets).flatMap(({ listings, cases }) => [
    ...listings.map(({ request }) => ({ verb: "listings", request })),
    ...Object.entries(cases).map(([title, { request }]) => ({ verb: title.split(":")[0] ?? "", request })),
  ]);
}

const NOT_SENT = ["callback", "curated"];
const verbsIn = (cell = "") => [...cell.matchAll(/`(\w+)`/g)].map(([, verb = ""]) => verb);

describe.each(PROVIDERS.map(({ id }) => id))("what docs/upstreams.md says of %s", (id) => {
  const rows = sections.find(({ title }) => title === id)?.rows ?? [];

  it("is sent as it says, by a fixture of each verb that it names", async () => {
    const made = await requestsOf(id);
    expect(rows.length).toBeGreaterThan(3);
    for (const [endpoint = "", verbs] of rows) {
      const named = verbsIn(verbs).filter((verb) => !NOT_SENT.includes(verb));
      for (const { name, isOf } of named.length > 0 ? endpointsIn(endpoint) : []) {
        expect(
          made.filter(({ verb, request }) => named.includes(verb) && isOf(request)),
          name,
        ).not.toEqual([]);
      }
      for (const verb of named) {
        const isNamed = (one: Made) => one.verb === verb && endpointsIn(endpoint).some(({ isOf }) => isOf(one.request));
        expect(made.some(isNamed), `${verb} of ${endpoint}`).toBe(true);
      }
    }
  });

  it("leaves out nothing that is sent", async () => {
    for (const { verb, request } of await requestsOf(id)) {
      const isTold = rows.some(
        ([endpoint = "", verbs]) =>
          verbsIn(verbs).includes(verb) && endpointsIn(endpoint).some(({ isOf }) => isOf(request)),
      );
      expect(isTold, `${verb}: ${request.method} ${request.path} ${JSON.stringify(request.query ?? {})}`).toBe(true);
    }
  });

  it("has a callback where one is read", () => {
    const isTold = rows.some(([, verbs]) => verbsIn(verbs).includes("callback"));
    expect(isTold).toBe(PROVIDERS.find((provider) => provider.id === id)?.callback !== undefined);
  });
});

describe("what docs/upstreams.md says of the API", () => {
  const tables = sections.filter(({ title }) => ["Verifications", "Rentals and eSIMs"].includes(title));
  const rows = tables.flatMap((section) => section.rows);

  it.each(rows)("%s: names the tests that prove it", (...cells) => {
    const proofs = [...(cells.at(-1) ?? "").matchAll(/\]\(([^)]+)\)/g)];
    expect(proofs).not.toEqual([]);
    for (const [, link = ""] of proofs) expect(existsSync(new URL(link, FOLDER)), link).toBe(true);
  });
});

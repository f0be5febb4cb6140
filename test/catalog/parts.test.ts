import { describe, expect, it } from "vitest";
import { createCatalog } from "../../src/catalog/catalog.ts";
import type { CatalogStep, Listing, UnreadPart } from "../../src/core/desks.ts";
import { GatewayError, UpstreamFault } from "../../src/core/error.ts";
import { createHandClock, settle } from "../support/clock.ts";
import {
  fakeStore,
  listing,
  type ScriptedUpstream,
  type Step,
  scriptedUpstream,
  silence,
  snapshotOf,
} from "./fakes.ts";

const MINUTE = 60_000;

/** A part that cannot be read; nor when it is asked for again, unless told. */
function unread(then?: () => CatalogStep): UnreadPart {
  return { fault: new UpstreamFault("GET /part was answered 500"), again: async () => (then ? then() : unread()) };
}

const readAfterwards = (ref: string) => unread(() => [listing(ref)]);

/** So many parts that list something, one offer each. */
const read = (count: number): Step[] => Array.from({ length: count }, (_, at) => [listing(`r${at}`)]);

/** Each call that the upstream's limits and breaker see, as it ended. */
function watched(upstream: ScriptedUpstream): { readonly upstream: ScriptedUpstream; readonly ends: string[] } {
  const ends: string[] = [];
  const run: ScriptedUpstream["run"] = async (_verb, task) => {
    try {
      const answer = await task();
      ends.push("ok");
      return answer;
    } catch (error) {
      ends.push(error instanceof Error ? error.name : "?");
      throw error;
    }
  };
  return { upstream: { ...upstream, run }, ends };
}

async function fetched(...steps: Step[]) {
  const clock = createHandClock();
  const { upstream, ends } = watched(scriptedUpstream("a", [steps]));
  const store = fakeStore([await snapshotOf(upstream, [listing("old")], new Date(clock.now() - 11 * MINUTE))]);
  const logged: unknown[] = [];
  const log = { warn: (...line: unknown[]) => logged.push(line), error: (...line: unknown[]) => logged.push(line) };
  const catalog = createCatalog({ upstreams: [upstream], store, clock, log, random: () => 0.5 });
  await catalog.start();
  for (let turn = 0; turn < 20 && catalog.status("a")?.loading; turn += 1) await settle();
  const refs = catalog.listOffers({ pageSize: 1000 }).offers.map(({ ref }) => ref);
  return { upstream, catalog, clock, store, logged, ends, refs, status: catalog.status("a") };
}

describe("a part that cannot be read", () => {
  it("is asked for once more after all others, and nothing is missing when it can be read then", async () => {
    const { refs, status, ends, logged, catalog } = await fetched([], readAfterwards("late"), [listing("1")]);
    expect(refs.sort()).toEqual(["1", "late"]);
    expect(status).toMatchObject({ complete: true });
    expect(status?.missing).toBeUndefined();
    expect(catalog.listOffers({}).unreachable).toEqual([]);
    expect(logged).toEqual([]);
    // The last but one finds that nothing follows.
    expect(ends).toEqual(["ok", "UpstreamFault", "ok", "ok", "ok"]);
  });

  it("twice is left out of a catalogue that is shown, kept, refreshed at the usual time and says so", async () => {
    const { refs, status, store, logged, catalog, clock, ends } = await fetched(...read(60), unread(), [], unread());
    expect(refs).toHaveLength(60);
    const message = "2 of 63 parts of its catalogue could not be read: GET /part was answered 500";
    expect(status).toMatchObject({ complete: true, missing: message });
    expect(status?.failure).toBeUndefined();
    const reason = "UPSTREAMS_UNAVAILABLE";
    expect(catalog.listOffers({}).unreachable).toMatchObject([{ upstream: "a", reason, explanation: message }]);
    expect(store.saved.map(({ offers }) => offers.size)).toEqual([60]);
    expect(logged).toEqual([
      [{ upstream: "a", missing: 2, parts: 63, error: "GET /part was answered 500" }, "catalogue refreshed in part"],
    ]);
    const before = ends.length;
    await clock.advance(10 * MINUTE - 1);
    expect(ends).toHaveLength(before);
    await clock.advance(1);
    expect(ends.length).toBeGreaterThan(before);
  });

  it.each<[string, Step[], boolean]>([
    ["one of two that list something", [[listing("1")], unread()], true],
    ["the only one that would list something", [[], unread()], false],
    ["one, where the others list nothing", [[], [], [], unread()], false],
    ["two of forty", [...read(19), unread(), ...read(19), unread()], true],
    ["two of thirty-nine", [...read(19), unread(), ...read(18), unread()], false],
    ["two of three", [unread(), [listing("1")], unread()], false],
    ["two with one that is read afterwards", [unread(), readAfterwards("1"), [listing("2")], [listing("3")]], true],
  ])("may be missing or not: %s", async (_, steps, mayBe) => {
    const { refs, status } = await fetched(...steps);
    expect(refs.includes("old")).toBe(!mayBe);
    expect(status?.missing !== undefined).toBe(mayBe);
    expect(status?.failure?.reason).toBe(mayBe ? undefined : "UPSTREAMS_UNAVAILABLE");
  });

  it("is an outage with the two before it: no more is asked, and what was there stays", async () => {
    const { refs, ends, status } = await fetched(...read(100), unread(), unread(), unread(), [listing("1")]);
    expect(refs).toEqual(["old"]);
    expect(ends.slice(100)).toEqual(["UpstreamFault", "UpstreamFault", "UpstreamFault"]);
    expect(status?.failure?.message).toBe("GET /part was answered 500");
  });

  it("and lists something by what was known before is shown by that, and told", async () => {
    const known: UnreadPart = { ...unread(), list: "countries", listings: [listing("1")], again: async () => known };
    const { refs, status } = await fetched(known);
    expect(refs).toEqual(["1"]);
    const message = "1 of 1 parts of its catalogue could not be read: GET /part was answered 500";
    expect(status).toMatchObject({ complete: true, missing: `${message}; the last known countries are used` });
  });

  it("is not asked for again after three others in a row, which would speak of an outage where there is none", async () => {
    const scattered = Array.from({ length: 4 }, () => [unread(), ...read(30)]).flat();
    const { ends, status } = await fetched(...scattered);
    expect(ends.slice(-4)).toEqual(["ok", "UpstreamFault", "UpstreamFault", "UpstreamFault"]);
    expect(status?.missing).toMatch(/^4 of 124 parts/);
  });

  it.each<[string, Step]>([
    [
      "at once",
      () => {
        throw new GatewayError("UPSTREAM_CREDENTIALS", "a refused");
      },
    ],
    [
      "when it is asked for again",
      unread(() => {
        throw new GatewayError("UPSTREAM_CREDENTIALS", "a refused");
      }),
    ],
  ])("and is refused %s fails the fetch", async (_, step) => {
    const { refs, status } = await fetched(...read(100), step);
    expect(refs).toEqual(["old"]);
    expect(status?.failure).toMatchObject({ reason: "UPSTREAM_CREDENTIALS", message: "a refused" });
  });

  it("leaves nothing behind of its failure once a refresh is whole", async () => {
    const { catalog, clock } = await fetched(...read(2), { ...unread(), again: once() });
    expect(catalog.status("a")?.missing).toBeDefined();
    await clock.advance(11 * MINUTE);
    expect(catalog.status("a")).toMatchObject({ complete: true, offerCount: 3 });
    expect(catalog.status("a")?.missing).toBeUndefined();
  });

  it("is still told to be missing when the next refresh fails", async () => {
    const { upstream, catalog, clock } = await fetched(...read(2), unread());
    upstream.fetches[0] = [unread(), unread(), unread()];
    await clock.advance(11 * MINUTE);
    const why = "GET /part was answered 500";
    const explanation = `not refreshed: ${why}; 1 of 3 parts of its catalogue could not be read: ${why}`;
    expect(catalog.listOffers({}).unreachable).toMatchObject([{ upstream: "a", explanation }]);
  });

  it("does not keep a fetch from being stopped", async () => {
    const { catalog, ends } = await fetched(...read(2), unread(), silence);
    await catalog.stop();
    expect(ends).toEqual(["ok", "ok", "UpstreamFault"]);
  });
});

/** Unread the first time, read from then on. */
function once(): UnreadPart["again"] {
  let asked = 0;
  const found: readonly Listing[] = [listing("found")];
  return async () => {
    asked += 1;
    return asked > 1 ? found : unread();
  };
}

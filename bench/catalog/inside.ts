// One form of the catalogue in a process of its own: what it takes to build and to ask. Run by catalog.ts.

import { setImmediate } from "node:timers/promises";
import { createFold } from "../../src/catalog/fold.ts";
import { indexSnapshot, type SnapshotIndex } from "../../src/catalog/snapshot-index.ts";
import { createView } from "../../src/catalog/view.ts";
import { LOCAL_CALLER } from "../../src/core/caller.ts";
import type { Offer } from "../../src/core/offer.ts";
import { createRouter } from "../../src/routing/router.ts";
import { readCatalogPayload, writeCatalogPayload } from "../../src/store/catalog-payload.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { COUNTRIES, listingsOf, SIZES, type Size, serviceNames, UPSTREAMS } from "./listings.ts";
import { createPlain, type Plain, plainOffers } from "./plain.ts";

export interface Inside {
  readonly offers: number;
  /** Listings into something that can be asked, of all upstreams one after the other; and the longest block of it. */
  readonly buildMs: number;
  readonly blockMs: number;
  /** The same from the stored form; nothing is kept of plain objects. */
  readonly restoreMs: number | undefined;
  /** Over those of the process before anything was built. */
  readonly heapMb: number;
  readonly arraysMb: number;
  /** Medians, by question. */
  readonly medianUs: Readonly<Record<string, number>>;
}

type Questions = Readonly<Record<string, (turn: number) => unknown>>;

const CANDIDATES = "candidates, never asked before";
const RANKED = "the same, ranked";
const CANDIDATES_AGAIN = "candidates, asked again";
const RANKED_AGAIN = "the same, ranked again";

const [form = "", sizeIndex = "0", file = ""] = process.argv.slice(2);
const size = SIZES[Number(sizeIndex)] as Size;
const before = memory();

const router = createRouter({
  store: { saveLearned: async () => {}, loadLearned: async () => [] },
  clock: { now: () => 0, after: () => () => {} },
  log: { warn: () => {}, error: () => {} },
  rates: new Map(),
  findUpstream: () => undefined,
  findOffer: () => undefined,
});

/** As for a purchase, of an upstream nothing is known of yet; gives the id of what would be bought. */
function rank(offers: readonly Offer[], turn: number): string | undefined {
  const [{ country = "", service = "" } = {}] = offers;
  const constraints = { capability: "SMS", upstreams: [], excludeUpstreams: [], labels: {} } as const;
  const request = { ...constraints, country, service, strategy: "CHEAPEST" } as const;
  return router.rank(offers, request, LOCAL_CALLER, `ver_${turn}`).candidates[0]?.offer.offerId;
}

/** The processor's time of this thread: others share the machine. */
function busyMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function createStopwatch() {
  let slice = busyMs();
  let longest = 0;
  const lap = () => {
    longest = Math.max(longest, busyMs() - slice);
    slice = busyMs();
  };
  return {
    get longest() {
      return longest;
    },
    /** Another slice begins. */
    reset: () => {
      slice = busyMs();
    },
    lap,
    async breathe() {
      lap();
      await setImmediate();
      slice = busyMs();
    },
  };
}

async function columns(): Promise<Inside> {
  const watch = createStopwatch();
  const store = file ? openSqliteStore(file) : undefined;
  let [buildMs, restoreMs] = [0, 0];

  async function takeIn(at: number, id: string): Promise<SnapshotIndex> {
    const listings = [...listingsOf(at, size)].flat();
    global.gc?.();
    watch.reset();
    const start = busyMs();
    const fold = createFold({ id, provider: id }, watch.breathe);
    await fold.add(listings, new Date());
    const snapshot = await fold.snapshot(new Date());
    await indexSnapshot(snapshot, watch.breathe);
    watch.lap();
    buildMs += busyMs() - start;
    await store?.saveCatalog(snapshot);
    const payload = writeCatalogPayload(snapshot);
    const kept = busyMs();
    const restored = readCatalogPayload(payload, id, snapshot.fetchTime);
    if (!restored) throw new Error("what was written cannot be read");
    const index = await indexSnapshot(restored, setImmediate);
    restoreMs += busyMs() - kept;
    return index;
  }

  const indexes: SnapshotIndex[] = [];
  for (const [at, id] of UPSTREAMS.entries()) indexes.push(await takeIn(at, id));
  await store?.close();
  await setImmediate();
  const memoryHeld = held();
  let view = createView(1, indexes);
  const anew = () => {
    view = createView(view.version + 1, indexes);
  };
  return {
    ...memoryHeld,
    buildMs,
    blockMs: watch.longest,
    restoreMs,
    medianUs: ask(
      {
        [CANDIDATES]: (turn) => view.offersFor("VERIFICATION", ...pairAt(turn)),
        [RANKED]: (turn) => rank(view.offersFor("VERIFICATION", ...pairAt(turn)), turn),
        [CANDIDATES_AGAIN]: (turn) => view.offersFor("VERIFICATION", ...pairAt(turn % 100)),
        [RANKED_AGAIN]: (turn) => rank(view.offersFor("VERIFICATION", ...pairAt(turn % 100)), turn),
        "find by id": (turn) => view.findOffer(`papsms:${countryAt(turn).toLowerCase()}:s${turn % size.services}`),
        "page by price": () => view.offers({}).slice(0, 100),
        "page by wait": () => view.offers({ orderBy: "wait" }).slice(0, 100),
        "page in the middle": (turn) => view.offers({}).slice(middle(turn), middle(turn) + 100),
        "page of a country": (turn) => view.offers({ country: countryAt(turn) }).slice(0, 100),
        "page of a service": (turn) => view.offers({ service: slugAt(turn) }).slice(0, 100),
        "search, never asked before": (turn) => {
          anew();
          return view.offers({ search: `service ${turn}` }).slice(0, 100);
        },
        "countries, never asked before": () => {
          anew();
          return view.countries({});
        },
        "services, never asked before": () => {
          anew();
          return view.services({});
        },
      },
      MOST_TURNS,
    ),
  };
}

async function plain(): Promise<Inside> {
  const offers: Offer[] = [];
  let buildMs = 0;
  for (const [at, id] of UPSTREAMS.entries()) {
    const listings = [...listingsOf(at, size)].flat();
    const start = busyMs();
    for (const offer of plainOffers({ id, provider: id }, listings, new Date())) offers.push(offer);
    buildMs += busyMs() - start;
  }
  await setImmediate();
  const memoryHeld = held();
  const all: Plain = createPlain(offers);
  return {
    ...memoryHeld,
    buildMs,
    blockMs: buildMs,
    restoreMs: undefined,
    medianUs: ask(
      {
        [CANDIDATES]: (turn) => all.offersFor("VERIFICATION", ...pairAt(turn)),
        "find by id": (turn) => all.find(`papsms:${countryAt(turn).toLowerCase()}:s${turn % size.services}`),
        "page by price": () => all.offers({}).slice(0, 100),
        "page by wait": () => all.offers({ orderBy: "wait" }).slice(0, 100),
        "page in the middle": (turn) => all.offers({}).slice(middle(turn), middle(turn) + 100),
        "page of a country": (turn) => all.offers({ country: countryAt(turn) }).slice(0, 100),
        "page of a service": (turn) => all.offers({ service: slugAt(turn) }).slice(0, 100),
        "search, never asked before": (turn) => all.offers({ search: `service ${turn}` }).slice(0, 100),
        "countries, never asked before": () => all.countries({}),
        "services, never asked before": () => all.services({}),
      },
      0,
    ),
  };
}

const slugs = serviceNames(size.services).map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ""));
const countryAt = (turn: number) => COUNTRIES[(turn * 7) % size.countries] ?? "";
const slugAt = (turn: number) => slugs[(turn * 13) % slugs.length] ?? "";
/** Another each turn, for as long as there are others, and next to none that was asked for lately. */
const pairAt = (turn: number): [country: string, service: string] => {
  const place = (turn * 123_457) % (size.countries * size.services);
  return [COUNTRIES[place % size.countries] ?? "", slugs[Math.floor(place / size.countries)] ?? ""];
};
const middle = (turn: number) => Math.floor((size.countries * size.services * UPSTREAMS.length * (turn % 97)) / 100);

function memory() {
  global.gc?.();
  global.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heapMb: heapUsed / 1e6, arraysMb: arrayBuffers / 1e6 };
}

function held() {
  const { heapMb, arraysMb } = memory();
  const offers = size.countries * size.services * UPSTREAMS.length;
  return { offers, heapMb: heapMb - before.heapMb, arraysMb: arraysMb - before.arraysMb };
}

const MOST_TURNS = 10_000;

/** At most a second for each question, after as many turns that are not timed. */
function ask(questions: Questions, warmUp: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(questions).map(([name, question]) => {
      const warm = performance.now() + 1_000;
      for (let turn = 0; turn < warmUp && performance.now() < warm; turn += 1) question(MOST_TURNS + turn);
      const times: number[] = [];
      const end = performance.now() + 1_000;
      for (let turn = 0; turn < MOST_TURNS && (turn < 1 || performance.now() < end); turn += 1) {
        const start = performance.now();
        question(turn);
        times.push(performance.now() - start);
      }
      return [name, (times.sort((a, b) => a - b)[times.length >> 1] ?? 0) * 1000];
    }),
  );
}

process.send?.(form === "columns" ? await columns() : await plain());
process.disconnect?.();

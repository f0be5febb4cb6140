// One form of the catalogue in a process of its own: what it takes to build and to ask. Run by catalog.ts.

import { setImmediate } from "node:timers/promises";
import { createFold } from "../../src/catalog/fold.ts";
import { indexSnapshot, type SnapshotIndex } from "../../src/catalog/snapshot-index.ts";
import { createView } from "../../src/catalog/view.ts";
import type { Offer } from "../../src/core/offer.ts";
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
  readonly heapMb: number;
  readonly arraysMb: number;
  readonly rssMb: number;
  /** Medians, by question. */
  readonly medianUs: Readonly<Record<string, number>>;
}

type Questions = Readonly<Record<string, (turn: number) => unknown>>;

const [form = "", sizeIndex = "0", file = ""] = process.argv.slice(2);
const size = SIZES[Number(sizeIndex)] as Size;

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
  const held = memory();
  let view = createView(1, indexes);
  const anew = () => {
    view = createView(view.version + 1, indexes);
  };
  return {
    ...held,
    buildMs,
    blockMs: watch.longest,
    restoreMs,
    medianUs: ask({
      candidates: (turn) => view.offersFor("VERIFICATION", countryAt(turn), slugAt(turn)).slice(0, 3),
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
    }),
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
  const held = memory();
  const all: Plain = createPlain(offers);
  return {
    ...held,
    buildMs,
    blockMs: buildMs,
    restoreMs: undefined,
    medianUs: ask({
      candidates: (turn) => all.offersFor("VERIFICATION", countryAt(turn), slugAt(turn)).slice(0, 3),
      "find by id": (turn) => all.find(`papsms:${countryAt(turn).toLowerCase()}:s${turn % size.services}`),
      "page by price": () => all.offers({}).slice(0, 100),
      "page by wait": () => all.offers({ orderBy: "wait" }).slice(0, 100),
      "page in the middle": (turn) => all.offers({}).slice(middle(turn), middle(turn) + 100),
      "page of a country": (turn) => all.offers({ country: countryAt(turn) }).slice(0, 100),
      "page of a service": (turn) => all.offers({ service: slugAt(turn) }).slice(0, 100),
      "search, never asked before": (turn) => all.offers({ search: `service ${turn}` }).slice(0, 100),
      "countries, never asked before": () => all.countries({}),
      "services, never asked before": () => all.services({}),
    }),
  };
}

const slugs = serviceNames(size.services).map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ""));
const countryAt = (turn: number) => COUNTRIES[(turn * 7) % size.countries] ?? "";
const slugAt = (turn: number) => slugs[(turn * 13) % slugs.length] ?? "";
const middle = (turn: number) => Math.floor((size.countries * size.services * UPSTREAMS.length * (turn % 97)) / 100);

function memory() {
  global.gc?.();
  global.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  const offers = size.countries * size.services * UPSTREAMS.length;
  return { offers, heapMb: heapUsed / 1e6, arraysMb: arrayBuffers / 1e6, rssMb: rss / 1e6 };
}

/** At most a second for each question. */
function ask(questions: Questions): Record<string, number> {
  return Object.fromEntries(
    Object.entries(questions).map(([name, question]) => {
      const times: number[] = [];
      const end = performance.now() + 1_000;
      for (let turn = 0; turn < 2_000 && (turn < 1 || performance.now() < end); turn += 1) {
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

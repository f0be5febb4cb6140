import type { AllowList } from "../core/caller.ts";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { Offer, Product } from "../core/offer.ts";
import type { Store } from "../core/store.ts";
import type { Upstream } from "../core/upstream.ts";
import { createAllowed } from "./allowed.ts";
import { createDetails } from "./details.ts";
import { type Log, silentLog } from "./log.ts";
import { cheapestFirst } from "./order.ts";
import { createPager } from "./pages.ts";
import type {
  CountryPage,
  CountryQuery,
  OfferPage,
  OfferQuery,
  ServicePage,
  ServiceQuery,
  Unreachable,
} from "./query.ts";
import { type CatalogStatus, createRefresh, isTooOld, OLDEST_MS, type Refresh } from "./refresh.ts";
import { requireCountry, requireService } from "./requested.ts";
import { excerpt } from "./text.ts";
import { createView, type View } from "./view.ts";

const LONGEST_ECHO = 64;
/** The first catalogue of an upstream with many countries takes minutes within its limits. */
const FIRST_LOAD_PATIENCE_MS = 5_000;

export interface CatalogParts {
  readonly upstreams: readonly Upstream[];
  readonly store: Pick<Store, "saveCatalog" | "loadCatalogs">;
  readonly clock: Clock;
  readonly log?: Log;
  /** From 0 up to 1; spreads the refreshes. */
  readonly random?: () => number;
}

/**
 * What is for sale at all upstreams, in canonical words. Fetched in the background and asked in memory: nothing here
 * waits for an upstream, except `refreshOffer`, `ready` and `settled`.
 */
export interface Catalog {
  /** Shows what the store has, then begins to fetch. Resolves once the former is done. */
  start(): Promise<void>;
  /** Ends the fetches under way, and every wait. */
  stop(): Promise<void>;

  /**
   * Resolves once each upstream's first whole catalogue is there or has failed once, and in any case 5 s after the start:
   * what one upstream is slow to say does not hold up the others. Also when the signal aborts.
   */
  ready(signal?: AbortSignal): Promise<void>;

  /**
   * Resolves once a purchase right after the start can rely on what is here: as `ready`, for these upstreams, but while
   * nothing matches not before their first loads have ended. Also when the signal aborts. No upstream named is all of
   * them.
   */
  settled(
    country: string,
    service: string,
    upstreams: readonly string[],
    signal: AbortSignal,
    product?: Product,
  ): Promise<void>;

  /** The upstreams that the caller may have and whose offers for this may not all be here. Empty is any. */
  lacking(allow: AllowList, country: string, service: string): readonly Unreachable[];

  /** The code of a country as a request names it. Throws UNKNOWN_COUNTRY, with the nearest in the metadata. */
  requireCountry(input: string): string;
  /**
   * The slug of a service as a request names it: well known, or for sale at some upstream. Throws UNKNOWN_SERVICE, with
   * the nearest in the metadata.
   */
  requireService(input: string): string;

  /** All that serve it, in stock or not, cheapest first. */
  offersFor(product: Product, country: string, service: string): readonly Offer[];
  findOffer(offerId: string): Offer | undefined;
  /** Throws NOT_FOUND, also for what the caller may not buy. */
  getOffer(offerId: string, allow?: AllowList): Offer;
  listCountries(query: CountryQuery): CountryPage;
  listServices(query: ServiceQuery): ServicePage;
  /** Throws INVALID_REQUEST for an order or a page token that is not understood, as the other lists do for a token. */
  listOffers(query: OfferQuery): OfferPage;

  /**
   * Asks the upstream for the offer as it is now: one request, however many wait for it. Where an upstream has no page for a
   * single offer it is not asked, and the offer comes back as it is. Throws NOT_FOUND, UPSTREAMS_UNAVAILABLE, or whatever
   * the upstream's refusal means.
   */
  refreshOffer(offerId: string, allow?: AllowList): Promise<Offer>;

  /** Undefined for an upstream that is not configured. */
  status(upstream: string): CatalogStatus | undefined;
}

export function createCatalog(parts: CatalogParts): Catalog {
  const { upstreams, store, clock, log = silentLog, random = Math.random } = parts;
  const stopping = new AbortController();
  const details = createDetails({ upstreams, clock, signal: stopping.signal });
  const pager = createPager(clock);
  const watchers = new Set<() => void>();
  const refreshes = new Map<string, Refresh>(
    upstreams.map((upstream) => [upstream.id, createRefresh({ upstream, store, clock, log, random, onChange })]),
  );
  let starting: Promise<void> | undefined;
  let startedAt: number | undefined;
  let cancelPatience = () => {};
  let current = createView(0, []);
  let currentUntil = Number.POSITIVE_INFINITY;

  function onChange(): void {
    updateView();
    lookAgain();
  }

  function lookAgain(): void {
    for (const look of [...watchers]) look();
  }

  function updateView(): void {
    const indexes = [...indexesOf(refreshes.values())].filter((index) => !isTooOld(index, clock.now()));
    if (sameItems(indexes, current.indexes)) return;
    current = createView(current.version + 1, indexes);
    pager.turned();
    currentUntil = Math.min(...indexes.map(({ snapshot }) => snapshot.fetchTime.getTime() + OLDEST_MS));
  }

  function view(): View {
    if (clock.now() >= currentUntil) updateView();
    return current;
  }

  /** Resolves when it is so, when the signal aborts, or when the catalogue stops. */
  function waitFor(isSo: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!stopping.signal.aborted && !signal?.aborted && !isSo()) return;
        watchers.delete(look);
        signal?.removeEventListener("abort", look);
        resolve();
      };
      watchers.add(look);
      signal?.addEventListener("abort", look, { once: true });
      look();
    });
  }

  function isPatienceOver(): boolean {
    return startedAt !== undefined && clock.now() >= startedAt + FIRST_LOAD_PATIENCE_MS;
  }

  async function start(): Promise<void> {
    startedAt = clock.now();
    cancelPatience = clock.after(FIRST_LOAD_PATIENCE_MS, lookAgain);
    try {
      for (const snapshot of await store.loadCatalogs()) await refreshes.get(snapshot.upstream)?.restore(snapshot);
    } catch (error) {
      log.error({ upstreams: refreshes.size, err: error }, "saved catalogues not loaded");
    }
    for (const refresh of refreshes.values()) refresh.start();
  }

  function findOffer(offerId: string): Offer | undefined {
    const offer = view().findOffer(offerId);
    return offer && details.apply(offer);
  }

  function requireOffer(offerId: string, allow?: AllowList): Offer {
    const offer = findOffer(offerId);
    const allowed = createAllowed(allow);
    const mayBe = ({ upstream, country, service }: Offer) =>
      allowed.upstream(upstream) && allowed.country(country) && allowed.service(service);
    if (offer && mayBe(offer)) return offer;
    const id = excerpt(offerId, LONGEST_ECHO);
    throw new GatewayError("NOT_FOUND", `there is no offer ${id}`, { metadata: { offer_id: id } });
  }

  function unreachable({
    upstreams: asked = [],
    allow,
  }: Pick<OfferQuery, "upstreams" | "allow">): readonly Unreachable[] {
    const allowed = createAllowed(allow);
    return [...refreshes].flatMap(([upstream, refresh]) => {
      const matters = allowed.upstream(upstream) && (asked.length === 0 || asked.includes(upstream));
      const trouble = matters ? refresh.trouble() : undefined;
      return trouble ? [{ upstream, ...trouble }] : [];
    });
  }

  return {
    start() {
      starting ??= start();
      return starting;
    },
    async stop() {
      stopping.abort();
      cancelPatience();
      lookAgain();
      await Promise.all([...refreshes.values()].map((refresh) => refresh.stop()));
      await details.idle();
    },

    ready: (signal) => waitFor(() => isPatienceOver() || areLoaded([...refreshes.values()]), signal),
    settled(country, service, ids, signal, product = "VERIFICATION") {
      const concerned = [...refreshes.values()].filter(({ upstream }) => ids.length === 0 || ids.includes(upstream.id));
      const isConcerned = ({ upstream }: Offer) => ids.length === 0 || ids.includes(upstream);
      return waitFor(() => {
        if (areLoaded(concerned)) return true;
        return isPatienceOver() && view().offersFor(product, country, service).some(isConcerned);
      }, signal);
    },

    lacking: (allow, country, service) =>
      unreachable({ allow }).filter(({ upstream }) => refreshes.get(upstream)?.mayLack(country, service)),

    requireCountry,
    requireService: (input) =>
      requireService(input, {
        has: (slug) => [...indexesOf(refreshes.values())].some(({ services }) => services.has(slug)),
        *[Symbol.iterator]() {
          for (const { services } of indexesOf(refreshes.values())) yield* services.keys();
        },
      }),

    offersFor(product, country, service) {
      const listed = view().offersFor(product, country, service);
      const offers = listed.map((offer) => details.apply(offer));
      return sameItems(offers, listed) ? listed : offers.sort(cheapestFirst);
    },
    findOffer,
    getOffer: requireOffer,
    listCountries(query) {
      const { items, ...page } = pager.page("countries", query, view(), (at, filter) => at.countries(filter));
      return { countries: items, ...page };
    },
    listServices(query) {
      const { items, ...page } = pager.page("services", query, view(), (at, filter) => at.services(filter));
      return { services: items, ...page };
    },
    listOffers(query) {
      const { items, ...page } = pager.page("offers", query, view(), (at, filter) => at.offers(filter));
      const offers = items.map(details.applyRates);
      return { offers: sameItems(offers, items) ? items : offers, ...page, unreachable: unreachable(query) };
    },

    async refreshOffer(offerId, allow) {
      await details.ask(requireOffer(offerId, allow));
      return requireOffer(offerId, allow);
    },
    status: (upstream) => refreshes.get(upstream)?.status(),
  };
}

function* indexesOf(refreshes: Iterable<Refresh>) {
  for (const refresh of refreshes) {
    const index = refresh.index();
    if (index) yield index;
  }
}

function areLoaded(refreshes: readonly Refresh[]): boolean {
  return !refreshes.some((refresh) => refresh.isOnFirstLoad());
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

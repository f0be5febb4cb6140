import { hash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Clock } from "../core/clock.ts";
import { GatewayError } from "../core/error.ts";
import type { Sliceable } from "./merged.ts";
import type { Page, Paging } from "./query.ts";
import { questionKey } from "./results.ts";
import type { View } from "./view.ts";

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;
/** How long a page token is good for after it was last used, and how many moments tokens may point at. */
const PINNED_MS = 10 * 60_000;
const MOST_PINNED = 8;
const LONGEST_TOKEN = 256;
/** What is kept to be given again: with what is made of it for callers, an item may take some 2 KB. */
const MOST_KEPT = 256;
const MOST_KEPT_ITEMS = 1_000;

interface PageOf<T> extends Page {
  readonly items: readonly T[];
}

export interface Pager {
  /**
   * The page that the query asks for. A token leads back to the view of the page before, so that pages neither repeat
   * nor skip anything while the catalogue moves. A first page that was given lately comes as the same object again. Throws
   * INVALID_REQUEST for a token that is too old, of another daemon, or of another question.
   */
  page<T, Filter extends object>(
    kind: string,
    query: Filter & Paging,
    current: View,
    find: (view: View, filter: Omit<Filter, keyof Paging>) => Sliceable<T>,
  ): PageOf<T>;

  /** The view is another from now on. Lets go of the pages of the one before, and of views that no token leads back to. */
  turned(): void;
}

export function createPager(clock: Clock): Pager {
  /** Views are counted from one in every daemon. */
  const daemon = randomBytes(6).toString("base64url");
  const pinned = new Map<number, { readonly view: View; readonly until: number }>();
  const kept = new LRUCache<string, PageOf<unknown>>({
    max: MOST_KEPT,
    maxSize: MOST_KEPT_ITEMS,
    sizeCalculation: ({ items }) => Math.max(items.length, 1),
  });

  function pin(view: View): void {
    pinned.delete(view.version);
    pinned.set(view.version, { view, until: clock.now() + PINNED_MS });
    release();
  }

  function release(): void {
    // Least recently used first.
    for (const [version, { until }] of pinned) {
      if (pinned.size <= MOST_PINNED && until > clock.now()) break;
      pinned.delete(version);
    }
  }

  function locate(token: string, question: string): { view: View; start: number } {
    const [of, version, asked, start] = read(token);
    if (of !== daemon || typeof version !== "number") throw badToken("is not one of this server's, or too old");
    if (asked !== fingerprint(question)) throw badToken("belongs to a request with other parameters");
    const pin = pinned.get(version);
    if (!pin || pin.until <= clock.now()) throw badToken("is too old: begin again without one");
    if (typeof start !== "number" || !Number.isSafeInteger(start) || start < 0) throw badToken("is not a page token");
    return { view: pin.view, start };
  }

  function keep<P extends PageOf<unknown>>(key: string, find: () => P): P {
    const known = kept.get(key);
    if (known) return known as P;
    const found = find();
    kept.set(key, found);
    return found;
  }

  return {
    turned() {
      // Offers hold on to all that they are read from.
      kept.clear();
      release();
    },
    page(kind, query, current, find) {
      const { pageSize, pageToken, ...filter } = query;
      const question = questionKey(kind, filter);
      const size = Math.min(Math.max(pageSize || DEFAULT_PAGE_SIZE, 1), MAX_PAGE_SIZE);
      const { view, start } = pageToken ? locate(pageToken, question) : { view: current, start: 0 };
      const cut = () => {
        const all = find(view, filter);
        const end = start + size;
        const page = { items: all.slice(start, end), totalSize: all.length };
        if (end >= all.length) return page;
        return { ...page, nextPageToken: write([daemon, view.version, fingerprint(question), end]) };
      };
      const page = pageToken ? cut() : keep(`${view.version} ${size} ${question}`, cut);
      if ("nextPageToken" in page) pin(view);
      return page;
    },
  };
}

function write(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

function read(token: string): readonly unknown[] {
  if (token.length > LONGEST_TOKEN) throw badToken("is not a page token");
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(parts)) return parts;
  } catch {
    // Falls through: no token of ours.
  }
  throw badToken("is not a page token");
}

function fingerprint(text: string): string {
  return hash("sha256", text, "base64url").slice(0, 16);
}

function badToken(description: string): GatewayError {
  return new GatewayError("INVALID_REQUEST", `page_token ${description}`, {
    violations: [{ field: "page_token", description }],
  });
}

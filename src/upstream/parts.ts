import { UpstreamFault } from "../core/error.ts";
import type { CatalogStep, Listing } from "../core/upstream.ts";

/**
 * A catalogue's steps where they do without each other: one for each item. What brings no answer that can be believed
 * is told in its place, with how to ask again, and the others follow.
 */
export async function* eachPart<Item>(
  items: Iterable<Item>,
  read: (item: Item) => Promise<readonly Listing[]>,
): AsyncGenerator<CatalogStep, void, void> {
  for (const item of items) yield attempt(() => read(item));
}

async function attempt(read: () => Promise<readonly Listing[]>): Promise<CatalogStep> {
  try {
    return await read();
  } catch (fault) {
    if (fault instanceof UpstreamFault) return { fault, again: () => attempt(read) };
    throw fault;
  }
}

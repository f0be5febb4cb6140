import type { CatalogList } from "../core/catalog.ts";
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

/**
 * A catalogue's step that lists what others are asked for by, such as `countries`. Where it brings no answer that can be
 * believed, that is told, and the list is the last one known. Throws when none is.
 */
export async function* readList(
  lists: Map<string, CatalogList>,
  name: string,
  read: () => Promise<CatalogList>,
): AsyncGenerator<CatalogStep, CatalogList, void> {
  async function renew(): Promise<readonly Listing[]> {
    lists.set(name, await read());
    return [];
  }
  const step = await attempt(renew, name);
  const list = lists.get(name);
  if (list === undefined && "fault" in step) {
    const { fault } = step;
    throw new UpstreamFault(`its ${name} are not known: ${fault.message}`, fault.sent, { cause: fault });
  }
  yield step;
  return list ?? [];
}

async function attempt(read: () => Promise<readonly Listing[]>, list?: string): Promise<CatalogStep> {
  try {
    return await read();
  } catch (fault) {
    if (fault instanceof UpstreamFault) return { fault, ...(list && { list }), again: () => attempt(read, list) };
    throw fault;
  }
}

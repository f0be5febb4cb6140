import type { CatalogList } from "../core/catalog.ts";
import type { CatalogStep, Listing, UnreadPart } from "../core/desks.ts";
import { UpstreamFault } from "../core/error.ts";

/**
 * A catalogue's steps where they do without each other: one for each item. What brings no answer that can be believed
 * is told in its place, with how to ask again, and the others follow.
 */
export async function* eachPart<Item>(
  items: Iterable<Item>,
  read: (item: Item) => Promise<readonly Listing[]>,
): AsyncGenerator<CatalogStep, void, void> {
  for (const item of items) yield attempt(() => read(item), named(item));
}

/**
 * A catalogue's step that lists what others are asked for by, such as `countries`, and may list something for sale itself.
 * Where it brings no answer that can be believed, that is told, and the list is the last one known. Throws when none is.
 */
export async function* readList(
  lists: Map<string, CatalogList>,
  name: string,
  read: () => Promise<CatalogList>,
  toListings: (list: CatalogList) => readonly Listing[] = () => [],
): AsyncGenerator<CatalogStep, CatalogList, void> {
  async function renew(): Promise<readonly Listing[]> {
    const list = await read();
    lists.set(name, list);
    return toListings(list);
  }
  const known = lists.get(name);
  const step = await attempt(renew, known && { list: name, listings: toListings(known) });
  if (!known && "fault" in step) {
    const { fault } = step;
    throw new UpstreamFault(`its ${name} are not known: ${fault.message}`, fault.sent, { cause: fault });
  }
  yield step;
  return lists.get(name) ?? [];
}

/** What lists say of countries and services is their name. */
function named(item: unknown): Pick<UnreadPart, "name"> {
  const { name } = item as { readonly name?: unknown };
  return typeof name === "string" && typeof item === "object" && name !== "" ? { name } : {};
}

async function attempt(
  read: () => Promise<readonly Listing[]>,
  known?: Pick<UnreadPart, "name" | "list" | "listings">,
): Promise<CatalogStep> {
  try {
    return await read();
  } catch (fault) {
    if (fault instanceof UpstreamFault) return { fault, ...known, again: () => attempt(read, known) };
    throw fault;
  }
}

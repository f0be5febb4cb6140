import type { CatalogDesk, CatalogStep, Listing, UnreadPart } from "../core/desks.ts";
import { UpstreamFault } from "../core/error.ts";

const MOST_STEPS = 2_000;
/** So many in a row are an outage: each further call would wait in vain, and speak against the upstream once more. */
const MOST_FAULTS_IN_A_ROW = 3;
/** Of a catalogue's parts, so many may be missing; one always, where others list something. */
const MOST_MISSING = 1 / 20;

/** What a catalogue had to be read without. */
export interface Missing {
  readonly parts: number;
  readonly of: number;
  /** The lists among them: what is in the last one known was read all the same. */
  readonly lists: readonly string[];
  /** What they are about; absent when one of them may be about anything. */
  readonly names?: readonly string[];
  /** Why, of the last. */
  readonly fault: UpstreamFault;
}

/**
 * Reads a catalogue, and after all else those parts once more that could not be read: `run` is handed each request, and
 * sees it fail. Throws when too little of it can be read; what was added by then is no catalogue.
 */
export async function readParts(
  steps: ReturnType<CatalogDesk["listings"]>,
  run: <T>(request: () => Promise<T>) => Promise<T>,
  add: (listings: readonly Listing[]) => Promise<void>,
): Promise<Missing | undefined> {
  let parts = 0;
  let listed = 0;
  let faultsInARow = 0;

  /** Undefined after the last step. */
  async function take(request: () => Promise<CatalogStep | undefined>): Promise<CatalogStep | undefined> {
    const step = await seenBy(run, request);
    if (step === undefined) return undefined;
    faultsInARow = isUnread(step) ? faultsInARow + 1 : 0;
    const listings = isUnread(step) ? step.listings : step;
    listed += listings?.length ?? 0;
    if (listings) await add(listings);
    return step;
  }

  const unread: UnreadPart[] = [];
  for (;;) {
    if (parts === MOST_STEPS) throw new UpstreamFault(`its catalogue takes more than ${MOST_STEPS} requests`);
    const step = await take(async () => (await steps.next()).value ?? undefined);
    if (step === undefined) break;
    parts += 1;
    if (!isUnread(step)) continue;
    if (faultsInARow === MOST_FAULTS_IN_A_ROW) throw step.fault;
    unread.push(step);
  }

  const missing: UnreadPart[] = [];
  for (const part of unread) {
    const step = faultsInARow < MOST_FAULTS_IN_A_ROW ? await take(part.again) : part;
    if (isUnread(step)) missing.push(step);
  }

  const last = missing.at(-1);
  if (!last) return undefined;
  if (listed === 0 || missing.length > Math.max(1, parts * MOST_MISSING)) throw last.fault;
  const lists = missing.flatMap(({ list }) => list ?? []);
  const names = missing.flatMap(({ name }) => name ?? []);
  return {
    parts: missing.length,
    of: parts,
    lists,
    ...(names.length === missing.length && { names }),
    fault: last.fault,
  };
}

/** To whoever runs it a request for a part that cannot be read is one that fails, and counts as such. */
async function seenBy(
  run: <T>(request: () => Promise<T>) => Promise<T>,
  request: () => Promise<CatalogStep | undefined>,
): Promise<CatalogStep | undefined> {
  const asked: { step?: CatalogStep } = {};
  await run(async () => {
    asked.step = await request();
    if (isUnread(asked.step)) throw asked.step.fault;
  }).catch((error) => {
    if (!isUnread(asked.step) || asked.step.fault !== error) throw error;
  });
  return asked.step;
}

function isUnread(step: CatalogStep | undefined): step is UnreadPart {
  return step !== undefined && "fault" in step;
}

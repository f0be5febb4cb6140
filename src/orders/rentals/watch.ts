import type { Caller } from "../../core/caller.ts";
import { isRentalOver, type Rental } from "../../core/rental.ts";
import type { Message } from "../../core/verification.ts";
import type { RentalParts } from "./parts.ts";

/** Read at once; what a watcher holds is no more. */
const PAGE = 10;

export type RentalEvent =
  | { readonly kind: "rental"; readonly rental: Rental }
  | { readonly kind: "message"; readonly message: Message };

/**
 * The rental as it is, then its messages from the first or after that one, each once and in order, and the rental again
 * after each change of it. Ends after a terminal state, or when the signal aborts. A watcher is a place in the store: it
 * misses nothing, however slow it is, and holds a page at most.
 */
export async function* watchRental(
  { store, bell }: Pick<RentalParts, "store" | "bell">,
  caller: Caller,
  rentalId: string,
  afterMessageId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<RentalEvent, void, void> {
  const { rentals } = store;
  const reading = new AbortController();
  // Before the state is read, so that no change falls between the two.
  const turns = bell.listen(rentalId, AbortSignal.any([signal, reading.signal]));
  try {
    let shown = await rentals.get(caller.name, rentalId);
    let place = afterMessageId === undefined ? 0n : await rentals.placeOf(caller.name, rentalId, afterMessageId);
    yield { kind: "rental", rental: shown };
    for await (const _ of turns) {
      // What it is now comes after the messages that it has now: the last state is the last event.
      const rental = await rentals.get(caller.name, rentalId);
      for (let page = PAGE; page === PAGE; ) {
        const messages = await rentals.messagesAfter(rentalId, place, PAGE);
        for (const { place: at, ...message } of messages) {
          place = at;
          yield { kind: "message", message };
        }
        page = messages.length;
      }
      if (rental.version > shown.version) {
        shown = rental;
        yield { kind: "rental", rental };
      }
      if (isRentalOver(rental.status)) return;
    }
  } finally {
    reading.abort();
  }
}

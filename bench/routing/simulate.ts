import { createRandom } from "../../src/sandbox/random.ts";
import type { Policy, Result } from "./policies.ts";
import type { Cell, World } from "./world.ts";

/** A number that has brought no code by then is given up, and another is bought elsewhere. */
export const GIVE_UP_MS = 300_000;
const WAIT_SPREAD = 0.9;

export interface Totals {
  readonly codes: number;
  readonly numbers: number;
  /** Millionths of a dollar, refunds taken off. */
  readonly money: number;
  readonly waitedMs: number;
  /** Numbers that had to be typed in again. */
  readonly renumbered: number;
}

interface Wish {
  readonly number: number;
  readonly pair: number;
  readonly used: Set<number>;
  tries: number;
}

/** One that is due at a time; the soonest is taken first. */
interface Event {
  readonly time: number;
  happen(): void;
}

/**
 * Leads so many wishes for a code through the world. Each buys a number where the policy says, another elsewhere when no
 * code came, and is given up when all upstreams were tried. What an upstream does for a wish is drawn from the wish
 * alone: every policy meets the same luck.
 */
export function simulate(world: World, policy: Policy, wishes: number, seed: number): Totals {
  const queue = createQueue();
  let [codes, numbers, money, waitedMs, renumbered] = [0, 0, 0, 0, 0];

  function attempt(wish: Wish, time: number): void {
    const id = `ver_${seed}_${wish.number}_${wish.tries}`;
    wish.tries += 1;
    const refused: Cell[] = [];
    for (const cell of policy.order(id, wish.pair, time, wish.used)) {
      if (world.hasStockAt(cell, time)) {
        buy(id, wish, cell, time, refused);
        return;
      }
      refused.push(cell);
    }
  }

  function buy(id: string, wish: Wish, cell: Cell, time: number, refused: readonly Cell[]): void {
    policy.bought?.(id, cell, time, refused);
    numbers += 1;
    if (wish.used.size > 0) renumbered += 1;
    wish.used.add(cell.upstream);
    const luck = createRandom((seed * 1_000_003 + wish.number) * 31 + cell.upstream);
    const comes = luck() < world.shareAt(cell, time);
    const normal = Math.sqrt(-2 * Math.log(1 - luck())) * Math.cos(2 * Math.PI * luck());
    const wait = cell.medianWaitMs * Math.exp(WAIT_SPREAD * normal);
    const delivered = comes && wait < GIVE_UP_MS;
    const end = time + (delivered ? wait : GIVE_UP_MS);
    const refund = delivered ? 0 : cell.price * (world.refundShares[cell.upstream] ?? 0);
    money += cell.price - refund;
    waitedMs += end - time;
    const result: Result = { id, cell, boughtAt: time, time: end, delivered, refund };
    queue.add({
      time: end,
      happen() {
        policy.ended?.(result);
        if (delivered) codes += 1;
        else if (wish.used.size < world.upstreams.length) attempt(wish, end);
      },
    });
  }

  const random = createRandom(seed * 104_729 + wishes);
  for (let number = 0; number < wishes; number += 1) {
    const time = random() * world.durationMs;
    const pair = drawPair(world, random());
    queue.add({ time, happen: () => attempt({ number, pair, used: new Set(), tries: 0 }, time) });
  }
  for (let event = queue.take(); event; event = queue.take()) event.happen();
  return { codes, numbers, money, waitedMs, renumbered };
}

function drawPair({ pairs }: World, at: number): number {
  let left = at;
  return Math.max(
    pairs.findIndex(({ weight }) => {
      left -= weight;
      return left < 0;
    }),
    0,
  );
}

/** A binary heap. */
function createQueue() {
  const heap: Event[] = [];
  const timeAt = (index: number) => heap[index]?.time ?? Number.POSITIVE_INFINITY;
  const swap = (a: number, b: number) => {
    const [first, second] = [heap[a], heap[b]];
    if (first && second) [heap[a], heap[b]] = [second, first];
  };
  return {
    add(event: Event): void {
      heap.push(event);
      for (let at = heap.length - 1; at > 0 && timeAt(at) < timeAt((at - 1) >> 1); at = (at - 1) >> 1) {
        swap(at, (at - 1) >> 1);
      }
    },
    take(): Event | undefined {
      const [first] = heap;
      const last = heap.pop();
      if (!last || heap.length === 0) return first;
      heap[0] = last;
      for (let at = 0; ; ) {
        const left = 2 * at + 1;
        const least = timeAt(left + 1) < timeAt(left) ? left + 1 : left;
        if (timeAt(least) >= timeAt(at)) return first;
        swap(at, least);
        at = least;
      }
    },
  };
}

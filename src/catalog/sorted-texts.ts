import { countBefore } from "./numbers.ts";
import { type Breathe, SLICE } from "./slices.ts";

/** A text is read from the start of its block. */
const BLOCK = 16;
/** Lengths are below this in bytes: two digits of 128. */
const LONGEST = 16_383;

/**
 * Ascending texts in few bytes: of each, how many bytes it shares with the one before, how many follow, and those. The
 * first of a block shares nothing, and the blocks say where each begins.
 */
export interface SortedTexts {
  at(index: number): string;
  /** Undefined where it is not one of them. */
  indexOf(text: string): number | undefined;
}

export async function writeSortedTexts(
  size: number,
  textAt: (index: number) => string,
  breathe: Breathe,
): Promise<{ bytes: Uint8Array; blocks: Uint32Array }> {
  let bytes = Buffer.allocUnsafe(Math.max(64, size * 8));
  let length = 0;
  const blocks = new Uint32Array(Math.ceil(size / BLOCK));
  let before = Buffer.alloc(0);
  for (let index = 0; index < size; index += 1) {
    if (index % SLICE === SLICE - 1) await breathe();
    const text = Buffer.from(textAt(index));
    if (text.length > LONGEST) throw new RangeError(`a text of ${text.length} bytes is too long`);
    if (index % BLOCK === 0) blocks[index / BLOCK] = length;
    const shared = index % BLOCK === 0 ? 0 : sharedLength(before, text);
    if (bytes.length < length + text.length + 4) bytes = Buffer.concat([bytes], bytes.length * 2 + text.length);
    length = writeLength(bytes, length, shared);
    length = writeLength(bytes, length, text.length - shared);
    length += text.copy(bytes, length, shared);
    before = text;
  }
  return { bytes: new Uint8Array(bytes.subarray(0, length)), blocks };
}

export function readSortedTexts(bytes: Uint8Array, blocks: Uint32Array, size: number): SortedTexts {
  const text = Buffer.alloc(LONGEST + 1);
  // Of each text of the block that is read.
  const starts = new Uint32Array(BLOCK);
  const shares = new Uint16Array(BLOCK);

  function at(index: number): string {
    const last = index % BLOCK;
    let from = blocks[Math.floor(index / BLOCK)] ?? 0;
    let length = 0;
    for (let each = 0; each <= last; each += 1) {
      let shared = bytes[from++] ?? 0;
      if (shared > 127) shared = (shared - 128) * 128 + (bytes[from++] ?? 0);
      let rest = bytes[from++] ?? 0;
      if (rest > 127) rest = (rest - 128) * 128 + (bytes[from++] ?? 0);
      starts[each] = from;
      shares[each] = shared;
      length = shared + rest;
      from += rest;
    }
    // From the end, so that no byte is copied that a later text replaces.
    let end = length;
    for (let each = last; end > 0; each -= 1) {
      const shared = shares[each] ?? 0;
      const start = (starts[each] ?? 0) - shared;
      for (let to = shared; to < end; to += 1) text[to] = bytes[start + to] ?? 0;
      end = Math.min(end, shared);
    }
    return text.toString("utf8", 0, length);
  }

  return {
    at,
    indexOf(wanted) {
      const block = countBefore(blocks.length, (candidate) => at(candidate * BLOCK) <= wanted) - 1;
      if (block < 0) return undefined;
      const end = Math.min((block + 1) * BLOCK, size);
      for (let index = block * BLOCK; index < end; index += 1) if (at(index) === wanted) return index;
      return undefined;
    },
  };
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const most = Math.min(a.length, b.length);
  let shared = 0;
  while (shared < most && a[shared] === b[shared]) shared += 1;
  return shared;
}

function writeLength(bytes: Uint8Array, at: number, length: number): number {
  if (length < 128) {
    bytes[at] = length;
    return at + 1;
  }
  bytes[at] = 128 + (length >>> 7);
  bytes[at + 1] = length & 127;
  return at + 2;
}

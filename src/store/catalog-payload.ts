import { endianness } from "node:os";
import { crc32 } from "node:zlib";
import type { CatalogSnapshot, OfferColumns } from "../core/catalog.ts";

/** What the payload looks like. A catalogue kept in another format is fetched anew. */
export const CATALOG_FORMAT = 3n;

const ARRAYS = { Uint8Array, Uint16Array, Uint32Array, Float64Array, BigInt64Array } as const;
type ArrayName = keyof typeof ARRAYS;
type Column = InstanceType<(typeof ARRAYS)[ArrayName]>;

/** Every array begins at a multiple of this, so that it can be looked at where it lies. */
const ALIGNMENT = 8;
/** A checksum of what follows, and the length of the header. */
const PREFIX_BYTES = 8;

interface Header extends Pick<CatalogSnapshot, "provider" | "unresolved" | "missing" | "missingNames" | "lists"> {
  readonly endianness: string;
  readonly size: number;
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** In the order in which they follow. */
  readonly arrays: readonly (readonly [column: string, type: ArrayName, length: number])[];
}

/** The columns as they lie in memory, in base64: nothing is parsed offer by offer. */
export function writeCatalogPayload({ offers, ...snapshot }: CatalogSnapshot): string {
  const { provider, unresolved, missing, missingNames, lists } = snapshot;
  const tables: Record<string, readonly string[]> = {};
  const arrays: [string, ArrayName, number][] = [];
  const parts: Buffer[] = [];
  for (const [name, column] of Object.entries(offers) as [string, Column | readonly string[] | number][]) {
    if (typeof column === "number") continue;
    if (ArrayBuffer.isView(column)) {
      arrays.push([name, column.constructor.name as ArrayName, column.length]);
      parts.push(padded(Buffer.from(column.buffer, column.byteOffset, column.byteLength)));
    } else {
      tables[name] = column;
    }
  }
  const told = { provider, unresolved, missing, missingNames, lists };
  const header: Header = { endianness: endianness(), ...told, size: offers.size, tables, arrays };
  const head = padded(Buffer.from(JSON.stringify(header)), " ");
  const bytes = Buffer.concat([Buffer.alloc(PREFIX_BYTES), head, ...parts]);
  bytes.writeUInt32LE(head.length, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes.toString("base64");
}

/** Undefined for a payload that is damaged or of another kind of machine: such a catalogue is fetched anew. */
export function readCatalogPayload(text: string, upstream: string, fetchTime: Date): CatalogSnapshot | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length < PREFIX_BYTES || crc32(bytes.subarray(4)) !== bytes.readUInt32LE(0)) return undefined;
  let at = PREFIX_BYTES + bytes.readUInt32LE(4);
  const header: Header = JSON.parse(bytes.toString("utf8", PREFIX_BYTES, at));
  const { endianness: written, size, tables, arrays, ...told } = header;
  if (written !== endianness()) return undefined;

  const columns: Record<string, unknown> = { size, ...tables };
  for (const [name, type, length] of arrays) {
    const array = ARRAYS[type];
    columns[name] = new array(bytes.buffer, bytes.byteOffset + at, length);
    at += roundedUp(length * array.BYTES_PER_ELEMENT);
  }
  return { upstream, offers: columns as unknown as OfferColumns, fetchTime, ...told };
}

function padded(bytes: Buffer, fill = "\0"): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(roundedUp(bytes.length) - bytes.length, fill)]);
}

function roundedUp(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}

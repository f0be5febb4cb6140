import { create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";

/** Messages as they go on the wire. */
export type Encoder<O extends DescMessage> = (message: MessageInitShape<O>, binary: boolean) => Uint8Array;

/**
 * Encodes a frozen message once, however often it is sent: nothing within it may change either. What nobody holds any more
 * is forgotten.
 */
export function createEncoder<O extends DescMessage>(
  output: O,
  encode: (message: MessageShape<O>, binary: boolean) => Uint8Array,
): Encoder<O> {
  const inBinary = new WeakMap<object, Uint8Array>();
  const inJson = new WeakMap<object, Uint8Array>();
  return (message, binary) => {
    if (!Object.isFrozen(message)) return encode(create(output, message), binary);
    const known = binary ? inBinary : inJson;
    const earlier = known.get(message);
    if (earlier) return earlier;
    const bytes = encode(create(output, message), binary);
    known.set(message, bytes);
    return bytes;
  };
}

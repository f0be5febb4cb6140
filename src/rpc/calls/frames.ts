import { create, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { encodeEnvelope } from "@connectrpc/connect/protocol";

/** Messages as they go on the wire, each in its envelope. */
export type Frames<O extends DescMessage> = (message: MessageInitShape<O>, binary: boolean) => Uint8Array;

/**
 * Encodes a message once, however many streams it is sent on: the same object must not change. What nobody holds any
 * more is forgotten.
 */
export function createFrames<O extends DescMessage>(
  output: O,
  serialize: (message: MessageShape<O>, binary: boolean) => Uint8Array,
): Frames<O> {
  const binaryFrames = new WeakMap<object, Uint8Array>();
  const jsonFrames = new WeakMap<object, Uint8Array>();
  return (message, binary) => {
    const known = binary ? binaryFrames : jsonFrames;
    const earlier = known.get(message);
    if (earlier) return earlier;
    const frame = encodeEnvelope(0, serialize(create(output, message), binary));
    known.set(message, frame);
    return frame;
  };
}

import type { DescMessage, DescMethod, JsonReadOptions, JsonWriteOptions, MessageShape } from "@bufbuild/protobuf";
import { createMethodSerializationLookup } from "@connectrpc/connect/protocol";
import { createFrames, type Frames } from "./frames.ts";

export interface CodecOptions {
  readonly readMaxBytes: number;
  readonly jsonOptions: Partial<JsonReadOptions & JsonWriteOptions>;
}

/** A method's messages in binary and in JSON. */
export interface Codec {
  readonly readMaxBytes: number;
  parse(bytes: Uint8Array, binary: boolean): MessageShape<DescMessage>;
  serialize(message: MessageShape<DescMessage>, binary: boolean): Uint8Array;
  readonly frame: Frames<DescMessage>;
}

export function createCodec(method: DescMethod, { readMaxBytes, jsonOptions }: CodecOptions): Codec {
  const limits = { readMaxBytes, writeMaxBytes: 2 ** 32 - 1 };
  const lookup = createMethodSerializationLookup(method, undefined, jsonOptions, limits);
  const serialize: Codec["serialize"] = (message, binary) => lookup.getO(binary).serialize(message);
  return {
    readMaxBytes,
    parse: (bytes, binary) => lookup.getI(binary).parse(bytes),
    serialize,
    frame: createFrames(method.output, serialize),
  };
}

import { type DescExtension, type DescFile, type DescService, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ConnectRouter } from "@connectrpc/connect";
import { file_google_rpc_error_details } from "../../gen/google/rpc/error_details_pb.ts";
import * as v1 from "../../gen/grpc/reflection/v1/reflection_pb.ts";
import * as v1alpha from "../../gen/grpc/reflection/v1alpha/reflection_pb.ts";
import { file_numgate_v1_error } from "../../gen/numgate/v1/error_pb.ts";
import { counted } from "./streams.ts";

// The two versions differ in their package's name only.
type Request = v1.ServerReflectionRequest | v1alpha.ServerReflectionRequest;
type Answer =
  | { case: "listServicesResponse"; value: { service: { name: string }[] } }
  | { case: "fileDescriptorResponse"; value: { fileDescriptorProto: Uint8Array[] } }
  | { case: "allExtensionNumbersResponse"; value: { baseTypeName: string; extensionNumber: number[] } }
  | { case: "errorResponse"; value: { errorCode: number; errorMessage: string } };

export const REFLECTION_SERVICES: readonly DescService[] = [v1.ServerReflection, v1alpha.ServerReflection];

/** What errors carry: nothing imports it. */
const ERROR_FILES = [file_google_rpc_error_details, file_numgate_v1_error];

/** Serves the descriptors of the services, themselves and all they import, to tools that have no proto files. */
export function addReflection(router: ConnectRouter, services: readonly DescService[]): void {
  const index = indexFiles([...services.map((service) => service.file), ...ERROR_FILES]);
  const names = services.map((service) => service.typeName).sort();

  async function* answer<R extends Request>(requests: AsyncIterable<R>) {
    const sent = new Set<DescFile>();
    for await (const request of requests) {
      const messageResponse = answerOne(request, names, index, sent);
      yield { validHost: request.host, originalRequest: request, messageResponse };
    }
  }

  router.service(v1.ServerReflection, {
    serverReflectionInfo: (requests, context) => counted(context, answer(requests)),
  });
  router.service(v1alpha.ServerReflection, {
    serverReflectionInfo: (requests, context) => counted(context, answer(requests)),
  });
}

function answerOne(
  { messageRequest: asked }: Request,
  names: readonly string[],
  index: Index,
  sent: Set<DescFile>,
): Answer {
  switch (asked.case) {
    case "listServices":
      return { case: "listServicesResponse", value: { service: names.map((name) => ({ name })) } };
    case "fileByFilename":
      return answerFile(index.byName.get(asked.value), sent);
    case "fileContainingSymbol":
      return answerFile(index.bySymbol.get(asked.value), sent);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = asked.value;
      const extensions = index.extensions.get(containingType) ?? [];
      return answerFile(extensions.find(({ number }) => number === extensionNumber)?.file, sent);
    }
    case "allExtensionNumbersOfType": {
      if (!index.bySymbol.has(asked.value)) return failure(Code.NotFound, "no such type");
      const extensionNumber = (index.extensions.get(asked.value) ?? []).map(({ number }) => number);
      return { case: "allExtensionNumbersResponse", value: { baseTypeName: asked.value, extensionNumber } };
    }
    default:
      return failure(Code.InvalidArgument, "nothing was asked for");
  }
}

/** The file, and of what it imports whatever this stream has not sent before. */
function answerFile(file: DescFile | undefined, sent: Set<DescFile>): Answer {
  if (!file) return failure(Code.NotFound, "no such symbol or file");
  sent.delete(file);
  const fresh: DescFile[] = [];
  collect(file, sent, fresh);
  const fileDescriptorProto = fresh.map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function collect(file: DescFile, seen: Set<DescFile>, into: DescFile[]): void {
  if (seen.has(file)) return;
  seen.add(file);
  into.push(file);
  for (const dependency of file.dependencies) collect(dependency, seen, into);
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

interface Index {
  readonly byName: ReadonlyMap<string, DescFile>;
  readonly bySymbol: ReadonlyMap<string, DescFile>;
  readonly extensions: ReadonlyMap<string, readonly DescExtension[]>;
}

function indexFiles(roots: readonly DescFile[]): Index {
  const files: DescFile[] = [];
  const seen = new Set<DescFile>();
  for (const root of roots) collect(root, seen, files);

  const bySymbol = new Map<string, DescFile>();
  const extensions = new Map<string, DescExtension[]>();
  for (const file of files) {
    for (const desc of nestedTypes(file)) {
      bySymbol.set(desc.typeName, file);
      for (const name of memberNames(desc)) bySymbol.set(name, file);
      if (desc.kind === "extension") {
        const extendee = desc.extendee.typeName;
        extensions.set(extendee, [...(extensions.get(extendee) ?? []), desc]);
      }
    }
  }
  return { byName: new Map(files.map((file) => [file.proto.name, file])), bySymbol, extensions };
}

function memberNames(desc: ReturnType<typeof nestedTypes> extends Iterable<infer D> ? D : never): string[] {
  switch (desc.kind) {
    case "message":
      return desc.members.map(({ name }) => `${desc.typeName}.${name}`);
    case "service":
      return desc.methods.map(({ name }) => `${desc.typeName}.${name}`);
    case "enum":
      // A value is a sibling of its enum, as in C++.
      return desc.values.map(({ name }) => desc.typeName.replace(/[^.]*$/, name));
    case "extension":
      return [];
  }
}

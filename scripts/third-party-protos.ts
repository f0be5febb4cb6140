// Writes third_party/, the protos that ours import, from the packages that npm installed. The folder is a buf module, ignored by git.
//
//   node scripts/third-party-protos.ts           writes it
//   node scripts/third-party-protos.ts --check   writes it, compiles it, and compares buf/validate with the shipped descriptor

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { clone, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

const root = join(import.meta.dirname, "..");
const outDir = join(root, "third_party");
const modules = dirname(dirname(createRequire(import.meta.url).resolve("google-proto-files/package.json")));

const copied = {
  "google/rpc/error_details.proto": "google-proto-files/google/rpc/error_details.proto",
  "google/rpc/status.proto": "google-proto-files/google/rpc/status.proto",
  "google/type/money.proto": "google-proto-files/google/type/money.proto",
  "grpc/health/v1/health.proto": "grpc-health-check/proto/health/v1/health.proto",
  "grpc/reflection/v1/reflection.proto": "@grpc/reflection/build/proto/grpc/reflection/v1/reflection.proto",
  "grpc/reflection/v1alpha/reflection.proto": "@grpc/reflection/build/proto/grpc/reflection/v1alpha/reflection.proto",
};

const validate = declarations(file_buf_validate_validate.proto);

rmSync(outDir, { recursive: true, force: true });
write(validate.name, printFile(validate));
for (const [path, source] of Object.entries(copied)) {
  mkdirSync(dirname(join(outDir, path)), { recursive: true });
  cpSync(join(modules, source), join(outDir, path));
}
if (process.argv.includes("--check")) check(validate);

function write(path: string, text: string) {
  mkdirSync(dirname(join(outDir, path)), { recursive: true });
  writeFileSync(join(outDir, path), text);
}

/** The file without options: protovalidate's runtime keeps its own descriptor, and nobody else reads them. */
function declarations(file: FileDescriptorProto): FileDescriptorProto {
  const bare = clone(FileDescriptorProtoSchema, file);
  const stripFields = (fields: FieldDescriptorProto[]) => {
    for (const field of fields) delete field.options;
  };
  const stripEnums = (enums: EnumDescriptorProto[]) => {
    for (const e of enums) {
      delete e.options;
      for (const value of e.value) delete value.options;
    }
  };
  const stripMessages = (messages: DescriptorProto[]) => {
    for (const message of messages) {
      if (message.options?.mapEntry) throw new Error(`${message.name}: maps are not printed`);
      delete message.options;
      stripFields(message.field);
      stripFields(message.extension);
      stripEnums(message.enumType);
      for (const range of message.extensionRange) delete range.options;
      for (const oneof of message.oneofDecl) delete oneof.options;
      stripMessages(message.nestedType);
    }
  };
  delete bare.options;
  stripFields(bare.extension);
  stripEnums(bare.enumType);
  stripMessages(bare.messageType);
  return bare;
}

function printFile(file: FileDescriptorProto): string {
  if (file.syntax !== "" || file.service.length > 0)
    throw new Error(`${file.name}: only proto2 without services is printed`);
  return [
    "// Printed from the descriptor in @bufbuild/protovalidate by scripts/third-party-protos.ts: declarations only.",
    'syntax = "proto2";',
    `package ${file.package};`,
    ...file.dependency.map((path) => `import "${path}";`),
    ...file.extension.map((field) => `extend ${field.extendee} { ${printField(field)} }`),
    ...file.messageType.map(printMessage),
    ...file.enumType.map(printEnum),
    "",
  ].join("\n");
}

function printMessage(message: DescriptorProto): string {
  const oneofs = new Set<number>();
  const members = message.field.map((field) => {
    if (!inOneof(field)) return printField(field);
    if (oneofs.has(field.oneofIndex)) return "";
    oneofs.add(field.oneofIndex);
    const inside = message.field.filter((other) => inOneof(other) && other.oneofIndex === field.oneofIndex);
    return `oneof ${message.oneofDecl[field.oneofIndex]?.name} { ${inside.map(printMember).join(" ")} }`;
  });
  return block(`message ${message.name}`, [
    ...message.nestedType.map(printMessage),
    ...message.enumType.map(printEnum),
    ...message.extension.map((field) => `extend ${field.extendee} { ${printField(field)} }`),
    ...members.filter((text) => text !== ""),
    ...message.extensionRange.map(({ start, end }) => `extensions ${range(start, end - 1)};`),
    ...message.reservedRange.map(({ start, end }) => `reserved ${range(start, end - 1)};`),
    ...message.reservedName.map((name) => `reserved "${name}";`),
  ]);
}

/** Unset it reads as 0, which is a oneof too. */
function inOneof(field: FieldDescriptorProto): boolean {
  return Object.hasOwn(field, "oneofIndex");
}

function printEnum(e: EnumDescriptorProto): string {
  return block(`enum ${e.name}`, [
    ...e.value.map((value) => `${value.name} = ${value.number};`),
    ...e.reservedRange.map(({ start, end }) => `reserved ${range(start, end)};`),
    ...e.reservedName.map((name) => `reserved "${name}";`),
  ]);
}

function printField(field: FieldDescriptorProto): string {
  return `${Label[field.label]?.toLowerCase()} ${printMember(field)}`;
}

function printMember(field: FieldDescriptorProto): string {
  if (field.type === Type.GROUP || field.defaultValue !== "")
    throw new Error(`${field.name}: groups and defaults are not printed`);
  return `${field.typeName || Type[field.type]?.toLowerCase()} ${field.name} = ${field.number};`;
}

function range(first: number, last: number): string {
  const max = last >= 2 ** 29 - 1 ? "max" : `${last}`;
  return first === last ? `${first}` : `${first} to ${max}`;
}

function block(head: string, lines: string[]): string {
  return `${head} {\n${lines.join("\n").replaceAll(/^/gm, "  ")}\n}`;
}

/** Throws unless compiling what was printed gives the declarations it was printed from. */
function check(expected: FileDescriptorProto) {
  const image = execFileSync("buf", ["build", outDir, "--as-file-descriptor-set", "--exclude-source-info", "-o", "-"], {
    maxBuffer: 2 ** 26,
  });
  const compiled = fromBinary(FileDescriptorSetSchema, image).file.find(({ name }) => name === expected.name);
  if (!compiled) throw new Error(`${expected.name} is missing from what buf built`);
  const normal = (file: FileDescriptorProto) => {
    const copy = declarations(file);
    copy.syntax = "";
    return fromBinary(FileDescriptorProtoSchema, toBinary(FileDescriptorProtoSchema, copy));
  };
  if (!isDeepStrictEqual(normal(compiled), normal(expected))) {
    throw new Error(`${expected.name}: what was printed compiles to something else than the shipped descriptor`);
  }
}

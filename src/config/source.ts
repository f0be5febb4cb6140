import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
  type YAMLMap,
} from "yaml";
import { formatPath, type Position, type Problems } from "./problems.ts";
import { type Environment, substitute } from "./substitute.ts";
import type { KeyPath, Origin } from "./types.ts";

/**
 * What a file holds, with every scalar as the text that was written: `20.00` stays `20.00`, and `007` is no number. null
 * is a key without a value, undefined one whose value cannot be read and has been complained about.
 */
export type Tree = string | null | undefined | readonly Tree[] | { readonly [key: string]: Tree };

export interface Source {
  readonly tree: Tree;
  readonly origins: readonly Origin[];
  /** The environment variable that the text at the path came from, whole or in part. */
  variableAt(path: KeyPath): string | undefined;
  /** Complains about the value at the path, or its key; where there is none, about its nearest parent. */
  complain(path: KeyPath, message: string, about?: "key" | "value"): void;
}

interface Places {
  /** Where its key stands; absent in lists. */
  readonly key?: Position;
  readonly value: Position;
}

/** Aliases of aliases multiply. */
const MOST_VALUES = 100_000;

/** Reads YAML. Throws when it is none, for then nothing else can be said of it. */
export function readSource(file: string, text: string, env: Environment, problems: Problems): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const places = new Map<string, Places>();
  const origins: Origin[] = [];

  const complain: Source["complain"] = (path, message, about = "value") => {
    const own = places.get(formatPath(path));
    const place = about === "key" ? (own?.key ?? own?.value) : own?.value;
    problems.inFile(file, place ?? parentPlace(path), path, message);
  };
  const variableAt = (path: KeyPath): string | undefined => {
    const key = formatPath(path);
    return origins.find((origin) => formatPath(origin.path) === key)?.variable;
  };
  const parentPlace = (path: KeyPath): Position => {
    for (let length = path.length - 1; length >= 0; length--) {
      const parent = places.get(formatPath(path.slice(0, length)));
      if (parent) return parent.key ?? parent.value;
    }
    return { line: 1, column: 1 };
  };
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const positionOf = (node: Node): Position => positionAt(node.range?.[0] ?? 0);

  let values = 0;

  function readNode(node: unknown, path: KeyPath, key: Position | undefined, within: readonly Node[]): Tree {
    values += 1;
    if (values > MOST_VALUES) {
      complain(path, `there are more than ${MOST_VALUES} values, those that aliases stand for included`);
      problems.throwNow();
    }
    const found = isAlias(node) ? node.resolve(document) : (node as Node | undefined);
    const written = node as Node;
    places.set(formatPath(path), { ...(key && { key }), value: positionOf(written) });
    if (!found || within.includes(found)) {
      complain(path, found ? "this alias contains itself" : "no anchor of that name stands before this alias");
      return undefined;
    }
    if (isMap(found)) return readMap(found, path, [...within, found]);
    if (isSeq(found)) {
      return found.items.map((item, index) => readNode(item, [...path, index], undefined, [...within, found]));
    }
    if (!isScalar(found)) return undefined;
    return found.value === null ? null : readText(found.source ?? String(found.value), path);
  }

  function readMap(map: YAMLMap, path: KeyPath, within: readonly Node[]): Tree {
    const entries = new Map<string, Tree>();
    for (const { key, value } of map.items) {
      if (!isScalar(key) || value === null) {
        // It is not quoted: a word that stands where a key should may be somebody's secret.
        problems.inFile(file, positionOf(key as Node), path, "a word without a value; expected `key: value`");
        continue;
      }
      const name = key.source ?? String(key.value);
      const position = positionOf(key);
      const keyPath = [...path, name];
      const earlier = places.get(formatPath(keyPath));
      if (entries.has(name) && earlier) {
        problems.inFile(file, position, keyPath, `the key is given twice; it stands on line ${earlier.key?.line} too`);
        continue;
      }
      entries.set(name, readNode(value, keyPath, position, within));
    }
    return Object.fromEntries(entries);
  }

  function readText(written: string, path: KeyPath): Tree {
    const { text, variables, complaints } = substitute(written, env);
    for (const complaint of complaints) complain(path, complaint);
    for (const variable of variables) origins.push({ path, variable });
    return complaints.length > 0 ? undefined : text;
  }

  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    reportSyntax(file, text, broken, positionAt, problems);
    problems.throwNow();
  }
  if (document.contents === null) {
    problems.about(file, "the file is empty; expected keys such as `listen: 127.0.0.1:7070`, or no file");
    problems.throwNow();
  }
  return { tree: readNode(document.contents, [], undefined, []), origins, variableAt, complain };
}

/** Where there is no file. */
export const NO_SOURCE: Source = { tree: {}, origins: [], variableAt: () => undefined, complain: () => {} };

// yaml's own messages quote the file, which holds secrets.
const SYNTAX: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "a tab cannot indent; use spaces",
  BAD_INDENT: "the indentation does not fit, or a bracket or quote is not closed",
  MISSING_CHAR: "a comma, a colon, a bracket or a quote is missing",
  BLOCK_AS_IMPLICIT_KEY: "a second `: ` on one line; put quotes around a value that holds one",
  BAD_SCALAR_START: "a value cannot start with this character; put quotes around it",
  BAD_DQ_ESCAPE: "an unknown escape after a backslash; single quotes take a backslash as it is",
  MULTIPLE_DOCS: "a second document starts here; only one is read",
  MULTILINE_IMPLICIT_KEY: "expected `key: value`; the colon is missing, or the space after it",
  TAG_RESOLVE_FAILED:
    "a tag (a word that starts with `!`) is not understood here; put quotes around a value that starts so",
};

/** The first problem of each line: the others on it follow from it. */
function reportSyntax(
  file: string,
  text: string,
  errors: readonly YAMLError[],
  positionAt: (offset: number) => Position,
  problems: Problems,
): void {
  const lines = text.split("\n");
  const seen = new Set<number>();
  for (const { code, pos } of errors) {
    const position = positionAt(pos[0]);
    if (seen.has(position.line)) continue;
    seen.add(position.line);
    const unquoted = /[[{,]\s*(?:[\w-]+:\s*)?\$\{/.test(lines[position.line - 1] ?? "");
    const hint = unquoted ? "a variable in braces needs quotes around it inside { } and [ ]" : SYNTAX[code];
    problems.inFile(file, position, [], `not valid YAML: ${hint ?? "something is out of place here"}`);
  }
}

import type { KeyPath } from "./types.ts";

/** Every problem of a configuration at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** One line each: where, which key, what was expected. No secret is in them. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** Where in a file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

interface Problem {
  readonly position: Position;
  readonly text: string;
}

const OUTSIDE: Position = { line: 0, column: 0 };

/** Gathers problems, so that an operator sees all of them after one start. */
export class Problems {
  readonly #found: Problem[] = [];
  readonly #paths = new Set<string>();

  /** About a place in the file. A path speaks once: what follows from its first problem would only distract. */
  inFile(file: string, position: Position, path: KeyPath, message: string): void {
    const key = formatPath(path);
    if (key !== "" && this.#paths.has(key)) return;
    this.#paths.add(key);
    const place = `${file}:${position.line}:${position.column}`;
    this.#found.push({ position, text: [place, key, message].filter(Boolean).join(": ") });
  }

  /** About a file as a whole, or an environment variable. */
  about(subject: string, message: string): void {
    this.#found.push({ position: OUTSIDE, text: `${subject}: ${message}` });
  }

  throwIfAny(): void {
    if (this.#found.length > 0) this.throwNow();
  }

  throwNow(): never {
    const ordered = this.#found.toSorted(
      (a, b) => a.position.line - b.position.line || a.position.column - b.position.column,
    );
    throw new ConfigError(ordered.map(({ text }) => text));
  }
}

/** `upstreams[1].provider`, `prices["us/whatsapp"]`. */
export function formatPath(path: KeyPath): string {
  return path
    .map((step, depth) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return depth === 0 ? step : `.${step}`;
    })
    .join("");
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a directory",
  EFBIG: "it is larger than 1 MiB",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

/** What the code of an error in reading a file says. */
export function whyUnreadable(code: string): string {
  return UNREADABLE[code] ?? code;
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { KNOWN_PROVIDERS } from "../../src/accounts.ts";
import { type Config, ConfigError, type KnownProvider, loadConfig } from "../../src/config.ts";

export const ALL_PROVIDERS = KNOWN_PROVIDERS.map(({ id }) => id);

export interface Surroundings {
  readonly env?: Record<string, string>;
  readonly providers?: readonly KnownProvider[];
}

const directory = mkdtempSync(join(tmpdir(), "numgate-config-"));
afterAll(() => rmSync(directory, { recursive: true }));
const file = join(directory, "numgate.yaml");

/** Loads a file of that text. */
export function load(yaml: string, { env = {}, providers = KNOWN_PROVIDERS }: Surroundings = {}): Config {
  writeFileSync(file, yaml);
  return loadConfig({ path: file, env, providers });
}

/** The problems that such a file is refused with; the directory is left out. */
export function refuse(yaml: string, surroundings?: Surroundings): readonly string[] {
  return problemsOf(() => load(yaml, surroundings));
}

export function problemsOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map((problem) => problem.replaceAll(`${directory}/`, ""));
    throw error;
  }
  throw new Error("it was not refused");
}

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { type Config, ConfigError, loadConfig } from "../../src/config.ts";
import { PROVIDERS } from "../../src/providers/providers.ts";

export const ALL_PROVIDERS = PROVIDERS.map(({ id }) => id);

export interface Surroundings {
  readonly env?: Record<string, string>;
  readonly providers?: readonly string[];
}

const directory = mkdtempSync(join(tmpdir(), "numgate-config-"));
afterAll(() => rmSync(directory, { recursive: true }));
const file = join(directory, "numgate.yaml");

/** Loads a file of that text. */
export function load(yaml: string, { env = {}, providers = ALL_PROVIDERS }: Surroundings = {}): Config {
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

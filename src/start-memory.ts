import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** By then the first catalogues have been read. */
const AFTER_MS = 2_000;

/**
 * Gives back to the system what starting needed and running does not: some 60 MB of heap that V8 grows while modules are
 * loaded, and that an idle daemon would keep, since it collects nothing.
 */
export function letGoOfStart(): void {
  setTimeout(() => {
    setFlagsFromString("--expose-gc");
    const collect: typeof globalThis.gc = runInNewContext("gc");
    collect?.({ type: "major", flavor: "last-resort", execution: "sync" });
  }, AFTER_MS).unref();
}

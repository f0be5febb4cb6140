import { Worker } from "node:worker_threads";
import { decodeText, parseJson } from "./json.ts";

/** A longer body would hold up everybody else for as long as it is parsed. */
const LONGEST_HERE = 1_000_000;

/** What a body says; undefined where it is not JSON. */
export async function readJson(bytes: Buffer): Promise<unknown> {
  try {
    return bytes.length > LONGEST_HERE ? await parseAside(bytes) : parseJson(decodeText(bytes));
  } catch {
    return undefined;
  }
}

/** A thread for each such body: catalogues are few, and its memory goes with it. */
function parseAside(bytes: Buffer): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./parse-worker.ts", import.meta.url), { workerData: bytes });
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => reject(new Error("the thread ended without a word")));
  });
}

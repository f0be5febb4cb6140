// Parses the one body that it is started with. What it throws reaches whoever started it.

import { parentPort, workerData } from "node:worker_threads";
import { decodeText, parseJson } from "./json.ts";

parentPort?.postMessage(parseJson(decodeText(workerData)));

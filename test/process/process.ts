import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Client, createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { onTestFinished } from "vitest";
import { VerificationService } from "../../gen/numgate/v1/verification_pb.ts";

const MAIN = path.resolve("src/main.ts");

export interface Folder {
  readonly path: string;
  write(name: string, text: string): Promise<void>;
}

/** An empty working directory, gone after the test. */
export async function emptyFolder(): Promise<Folder> {
  const folder = await mkdtemp(path.join(tmpdir(), "numgate-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return { path: folder, write: (name, text) => writeFile(path.join(folder, name), text) };
}

export interface Running {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<number | null>;
  /** Resolves once it has printed this; fails when it ends before. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface Bounds {
  /** Whatever would make a file larger is refused it, as on a full disk. */
  readonly largestFileBytes?: number;
}

/** Runs `numgate` as a process of its own, with no environment but what is given. */
export function run(
  folder: Folder,
  args: readonly string[],
  env: Record<string, string> = {},
  { largestFileBytes }: Bounds = {},
): Running {
  const command = [process.execPath, MAIN, ...args];
  const bounded = ["sh", "-c", `ulimit -f ${Math.ceil((largestFileBytes ?? 0) / 512)} && exec "$0" "$@"`, ...command];
  const [program = "", ...words] = largestFileBytes === undefined ? command : bounded;
  const child = spawn(program, words, {
    cwd: folder.path,
    env: { PATH: process.env.PATH ?? "", HOME: folder.path, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  child.stderr.on("data", (chunk) => (stderr += chunk));
  const exit = once(child, "close").then(([code]) => code as number | null);
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exit,
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(stdout);
        if (match) return match;
        const ended = await Promise.race([exit.then(() => true), once(child.stdout, "data").then(() => false)]);
        if (ended && !pattern.test(stdout)) throw new Error(`it ended without printing ${pattern}: ${stderr}`);
      }
    },
  };
}

/** A client of the verifications at a daemon's URL, that shows the token. */
export function clientAt(
  url: string,
  token?: string,
  httpVersion: "1.1" | "2" = "2",
): Client<typeof VerificationService> {
  const transport = createConnectTransport({
    baseUrl: url,
    httpVersion,
    interceptors: [
      (next) => (request) => {
        if (token) request.header.set("authorization", `Bearer ${token}`);
        return next(request);
      },
    ],
  });
  return createClient(VerificationService, transport);
}

/** The URL that a daemon says it listens on. */
export async function urlOf(running: Running): Promise<string> {
  const [, url = ""] = await running.printed(/listens on (http:\/\/\S+)/);
  return url;
}

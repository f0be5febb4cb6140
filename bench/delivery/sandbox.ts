import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import type { UpstreamBooks } from "../../src/sandbox/books.ts";
import type { UpstreamId } from "./plan.ts";

const MAIN = path.resolve(import.meta.dirname, "../../src/main.ts");

/** A process of this program. Whoever starts it ends it. */
export interface Program {
  /** What it printed, once it matches. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  stop(): Promise<void>;
}

export function startProgram(args: readonly string[]): Program {
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  return {
    async printed(pattern) {
      for (;;) {
        const match = pattern.exec(stdout);
        if (match) return match;
        if (child.exitCode !== null || !child.stdout) throw new Error("it ended early");
        await once(child.stdout, "data");
      }
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

/** The upstreams, in a process of their own, where no code comes by itself. */
export interface RemoteSandbox extends Program {
  baseUrl(upstream: UpstreamId): string;
  /** A code arrives now. Gives the time just before, in Unix milliseconds. */
  deliver(upstream: UpstreamId, phone: string): Promise<number>;
  books(): Promise<Readonly<Record<UpstreamId, UpstreamBooks>>>;
}

export async function startRemoteSandbox(port: number): Promise<RemoteSandbox> {
  const program = startProgram(["sandbox", "--listen", `127.0.0.1:${port}`]);
  const [printed] = await program.printed(/The sandbox speaks:[\s\S]*scripted under/);
  const post = async (command: string, body: object) => {
    const answer = await fetch(`http://127.0.0.1:${port}/sandbox/${command}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${command}: ${await answer.text()}`);
  };
  await post("delay", { code_delay_ms: "never" });
  return {
    ...program,
    baseUrl: (upstream) => new RegExp(`^  ${upstream} at (\\S+)$`, "m").exec(printed)?.[1] ?? "",
    async deliver(upstream, phone) {
      const time = Date.now();
      await post("deliver", { upstream, phone });
      return time;
    },
    async books() {
      return (await (await fetch(`http://127.0.0.1:${port}/sandbox/books`)).json()) as never;
    },
  };
}

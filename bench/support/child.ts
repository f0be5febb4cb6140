import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

/** In bytes, after a garbage collection. */
export interface Gauge {
  readonly rss: number;
  readonly heap: number;
  readonly external: number;
}

/** A process of its own, so that what it measures and what measures it do not share memory. */
export interface Child {
  tell(message: unknown): void;
  /** The next message that has this key. Fails when the process ends first. */
  hear<T>(key: string): Promise<T>;
  gauge(): Promise<Gauge>;
  /** In microseconds, since it began. */
  cpu(): Promise<number>;
  /** How many sockets, timers and the like it has. */
  resources(): Promise<number>;
  /** As SIGSTOP does: it says nothing any more, and its system answers for it. */
  halt(): void;
  stop(): Promise<void>;
}

const GAUGE = path.join(import.meta.dirname, "gauge.ts");

/** `within` is a command that starts the process elsewhere, as `ip netns exec` does. */
export function startChild(
  file: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
  within: readonly string[] = [],
): Child {
  const [execPath, ...before] = [...within, process.execPath];
  const child: ChildProcess = fork(file, args, {
    ...(execPath !== undefined && { execPath }),
    execArgv: [...before, "--expose-gc", "--import", GAUGE],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const exit = once(child, "exit");
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);

  async function hear<T>(key: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const onMessage = (message: Record<string, T>) => {
        if (!(key in message)) return;
        child.off("message", onMessage).off("exit", onExit);
        resolve(message[key] as T);
      };
      const onExit = () => reject(new Error(`${path.basename(file)} ended while ${key} was waited for`));
      child.on("message", onMessage).once("exit", onExit);
    });
  }

  function ask<T>(key: string): Promise<T> {
    const answer = hear<T>(key);
    child.send(key);
    return answer;
  }

  return {
    tell: (message) => void child.send(message as object),
    hear,
    gauge: () => ask("gauge"),
    cpu: () => ask("cpu"),
    resources: () => ask("resources"),
    halt: () => void child.kill("SIGSTOP"),
    async stop() {
      child.kill("SIGTERM");
      child.kill("SIGCONT");
      const timer = setTimeout(kill, 15_000);
      await exit;
      clearTimeout(timer);
      process.off("exit", kill);
    },
  };
}

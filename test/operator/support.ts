import { emptyFolder, run } from "../process/process.ts";
import { type Gateway, reasonOf } from "../support/gateway.ts";

export interface Answer {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of `numgate` as a process of its own, with the gateway's configuration. */
export async function numgate({ daemon }: Pick<Gateway, "daemon">, ...args: string[]): Promise<Answer> {
  const running = run(await emptyFolder(), [...args, "--config", daemon.config.file ?? ""]);
  const exit = await running.exit;
  return { exit, stdout: running.stdout(), stderr: running.stderr() };
}

export function databaseOf({ daemon }: Pick<Gateway, "daemon">): string {
  const { database } = daemon.config;
  if (database.engine !== "sqlite") throw new Error("it is not in a file");
  return database.path;
}

/** A purchase at Ping that broke off, sold all the same or not: Ping has neither order list nor balance. */
export async function doubtful(gateway: Gateway, sold: boolean): Promise<string> {
  const { sandbox, verifications } = gateway;
  sandbox.control.failNext({ upstream: "ping", endpoint: "create", kind: sold ? "reset_after" : "reset_before" });
  const request = { countryCode: "US", service: "whatsapp", upstreams: ["ping"] };
  const { error } = await reasonOf(verifications.createVerification(request));
  const [, id = ""] = /(ver_[0-9a-f]+)/.exec(error.message) ?? [];
  return id;
}

/** Stops the daemon; what hangs is cut when the hand-turned time is over. */
export async function stop({ daemon, clock }: Gateway): Promise<void> {
  const stopped = daemon.stop();
  await clock.advance(11_000);
  await stopped;
}

import { type Logger, pino } from "pino";
import { KNOWN_PROVIDERS } from "./accounts.ts";
import { banner } from "./banner.ts";
import { showEsim } from "./cli/esim.ts";
import { type Flags, readFlags, refuseStrays, UsageError } from "./cli/flags.ts";
import { OPERATOR_COMMANDS, runOperatorCommand } from "./cli/operator.ts";
import {
  type Config,
  ConfigError,
  describeReload,
  formatListener,
  loadConfig,
  maskedConfig,
  readTls,
} from "./config.ts";
import { systemClock } from "./core/clock.ts";
import { checkConfig, type Daemon, startDaemon } from "./daemon.ts";
import { liveCheck } from "./live-check.ts";
import { probe } from "./probe.ts";
import { parseListenAddress } from "./rpc/listen-address.ts";
import { letGoOfStart } from "./start-memory.ts";

const USAGE = `numgate: one gRPC and Connect API in front of the APIs that sell temporary phone numbers

  numgate [serve]   run the gateway; with no upstream configured, in front of a sandbox of its own
  numgate check     say what is wrong with the configuration, and start nothing; with --live also ask each
                    upstream for its balance and its offers, which costs nothing
  numgate config    print the configuration in force, its secrets masked
  numgate sandbox   run the sandbox by itself
  numgate health    ask a running gateway whether it is alive; exit code 0 when it is

  numgate uncertain   list the purchases that may have been made, and are not settled yet
  numgate settle <id> --not-sold
  numgate settle <id> --sold [--price 0.50] [--order-ref <ref> --number <+1...>]
                      settle one of them, a verification, rental, extension or eSIM; with its order the caller gets
                      the number, without it is paid and lost
  numgate ledger      hold the budgets' counters against their entries, and print the totals; exit code 1 when one
                      differs, unless --repair sets it right
  numgate export [--since <date or time>] [--caller <name>] [--order <id>]
                      print the history of all orders as lines of JSON, oldest first

  numgate esim <esim_id> [--address <http://host:port>] [--token <token>]
                      print the activation code of an eSIM, with a QR code where a phone can scan it; asks the API as
                      its caller, whose token may also be in NUMGATE_TOKEN

  --config <file>   the configuration; else NUMGATE_CONFIG, else ./numgate.yaml where there is one; sandbox and esim
                    read none
  --listen <host:port>   for the sandbox; 127.0.0.1:7071 by default
  --help, --version
`;

/** Runs the command and gives the exit code: 1 for a failure, 2 for words that are not understood. */
export async function runCli(args: readonly string[]): Promise<number> {
  // Whoever read it has had enough: `| head`. A gateway serves on.
  process.stdout.on("error", ignoreClosed);
  process.stderr.on("error", ignoreClosed);
  try {
    const { values, positionals } = readFlags(args);
    const [name = "serve", argument, extra] = positionals;
    const command = argument === undefined ? COMMANDS[name] : undefined;
    if (!values.version && !values.help) refuseStrays(values, name);
    const asked = extra === undefined && (argument === undefined || name === "settle") && OPERATOR_COMMANDS[name];
    if (values.version) print(`numgate ${await readVersion()}`);
    else if (values.help) print(USAGE);
    else if (name === "esim" && extra === undefined) return await showEsim(values, argument, process.env.NUMGATE_TOKEN);
    else if (command) return await command(values);
    else if (asked) return await runOperatorCommand(asked, readConfig(values), values, argument);
    else throw notUnderstood(name, extra ?? argument);
    return 0;
  } catch (error) {
    if (error instanceof UsageError || (error instanceof TypeError && "code" in error)) {
      process.stderr.write(`numgate: ${error.message}\nnumgate --help tells what there is\n`);
      return 2;
    }
    if (!(error instanceof Error)) throw error;
    process.stderr.write(error instanceof ConfigError ? `${error.message}\n` : `numgate: ${error.message}\n`);
    return 1;
  }
}

const COMMANDS: Readonly<Record<string, (flags: Flags) => Promise<number>>> = {
  serve,
  async check(flags) {
    const config = readConfig(flags);
    if (config.tls) readTls(config.tls);
    checkConfig(config);
    for (const warning of config.warnings) print(warning);
    const upstreams = config.sandbox ? "the sandbox" : config.upstreams.map(({ id }) => id).join(", ");
    print(`${config.file ?? "no file"}: the configuration is valid; upstreams: ${upstreams}`);
    if (!flags.live) return 0;
    const log = pino({ level: "silent" });
    return (await liveCheck(config, { clock: systemClock, log, tell: print })) ? 0 : 1;
  },
  async config(flags) {
    print(maskedConfig(readConfig(flags)));
    return 0;
  },
  sandbox,
  async health(flags) {
    const config = readConfig(flags);
    const [listener] = config.listen;
    if (listener && (await probe(listener, config.tls !== undefined))) return 0;
    throw new Error(`no gateway answers at ${config.listen.slice(0, 1).map(formatListener)}`);
  },
};

function notUnderstood(name: string, argument: string | undefined): UsageError {
  const isCommand = argument !== undefined && (name in COMMANDS || name in OPERATOR_COMMANDS || name === "esim");
  return new UsageError(isCommand ? `${name} does not take "${argument}"` : `there is no command "${name}"`);
}

function readConfig({ config: path }: Flags): Config {
  return loadConfig({ path, env: process.env, providers: KNOWN_PROVIDERS });
}

async function serve(flags: Flags): Promise<number> {
  const config = readConfig(flags);
  const log = pino({ name: "numgate", level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  exitOnBugs(log);
  for (const warning of config.warnings) log.warn(warning);
  const daemon = await startDaemon({ config, clock: systemClock, log });
  process.on("SIGHUP", () => reload(daemon, flags, log));
  const version = await readVersion();
  // Whoever reads that it listens may end it.
  const asked = endSignal();
  print(banner(version, daemon));
  letGoOfStart();
  await asked;
  log.info("draining");
  await daemon.stop();
  log.info("stopped");
  return 0;
}

function reload(daemon: Daemon, flags: Flags, log: Logger): void {
  try {
    const config = readConfig(flags);
    const { file } = daemon.config;
    // Without it nobody would be asked for a token.
    if (file && !config.file) throw new Error(`${file} is gone`);
    const { applied, needsRestart } = describeReload(daemon.config, config);
    daemon.reload(config);
    log.info({ applied, needs_restart: needsRestart }, "configuration read again");
  } catch (error) {
    log.error({ reason: error instanceof Error ? error.message : error }, "configuration not read again");
  }
}

async function sandbox({ listen = "127.0.0.1:7071" }: Flags): Promise<number> {
  const { startSandbox } = await import("./sandbox/sandbox.ts");
  const address = parseListenAddress(listen);
  if ("path" in address) throw new UsageError("the sandbox listens on host:port");
  const running = await startSandbox({ listen: address }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new Error(`${listen} is in use, perhaps by the sandbox of a running gateway; name another with --listen`);
  });
  const asked = endSignal();
  print(
    [
      "The sandbox speaks:",
      ...Object.entries(running.baseUrls).map(([upstream, url]) => `  ${upstream} at ${url}`),
      `Every key is "sandbox"; it is scripted under ${running.url}/sandbox/ (docs/sandbox.md).`,
    ].join("\n"),
  );
  await asked;
  await running.close();
  return 0;
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** A second signal does not wait. Both are listened for all the time: between two listeners Node would die of one. */
function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = () => {
      if (asked) process.exit(1);
      asked = true;
      resolve();
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

/** What nothing expected leaves the daemon in a state that nobody thought of: whoever supervises it starts it again. */
function exitOnBugs(log: Logger): void {
  const die = (err: unknown) => {
    log.fatal({ err }, "ended by a bug");
    process.exit(1);
  };
  process.on("uncaughtException", die);
  process.on("unhandledRejection", die);
}

async function readVersion(): Promise<string> {
  const { default: manifest } = await import("../package.json", { with: { type: "json" } });
  return manifest.version;
}

function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

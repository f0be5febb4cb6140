#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Before anything else is imported: from the second start on, the sources are not compiled again.
enableCompileCache();
const { runCli } = await import("./cli.ts");
// Timers that hand rate-limit tokens back would keep a stopped daemon for a minute.
process.exit(await runCli(process.argv.slice(2)));

// Runs before `npm start` and `npm test`, on whatever Node the machine has: installs what the lock file names when
// node_modules is absent or older, then makes sure that the Node which npm will find next can run TypeScript as it is.
// CommonJS and plain on purpose: it must run on any Node.
const { execFileSync, spawnSync } = require("node:child_process");
const { existsSync, statSync, symlinkSync } = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..");
const MINIMUM = [24, 20];

function modifiedMs(file) {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function install() {
  const lock = modifiedMs(path.join(root, "package-lock.json"));
  const installed = modifiedMs(path.join(root, "node_modules", ".package-lock.json"));
  if (installed >= lock) return;
  const npm = process.env.npm_execpath;
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: "inherit" })
    : spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (result.status !== 0) {
    process.stderr.write("numgate: installing the dependencies failed; see npm's message above.\n");
    process.exit(1);
  }
}

const bundled = path.join(root, "node_modules", ".bin", "node");

/** npm 10 removes the link to this machine's Node together with the package of another machine's. */
function linkNode() {
  const own = path.join("node_modules", `node-${process.platform}-${process.arch}`, "bin", "node");
  if (existsSync(bundled) || !existsSync(path.join(root, own))) return;
  symlinkSync(path.join(root, own), bundled);
}

function checkNode() {
  const node = existsSync(bundled) ? bundled : process.execPath;
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  const [major, minor] = version.slice(1).split(".").map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  process.stderr.write(
    `numgate needs Node ${MINIMUM.join(".")} or newer and found ${version}. On Linux, \`npm ci\` brings it ` +
      "(do not omit optional dependencies); elsewhere install it first.\n",
  );
  process.exit(1);
}

install();
linkNode();
checkNode();

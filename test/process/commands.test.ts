import path from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, type Folder, run } from "./process.ts";

const PEM = path.resolve("test/rpc/tls");

async function numgate(args: readonly string[], folder?: Folder) {
  const running = run(folder ?? (await emptyFolder()), args);
  const exit = await running.exit;
  return { exit, stdout: running.stdout(), stderr: running.stderr() };
}

describe("a command", () => {
  it.each([
    [["--listen", "127.0.0.1:0"], "--listen is for sandbox, not for serve"],
    [["config", "--live"], "--live is for check, not for config"],
    [["health", "--address", "http://127.0.0.1:1"], "--address is for esim, not for health"],
    [["uncertain", "--caller", "ci"], "--caller is for export, not for uncertain"],
    [["export", "--price", "0.50"], "--price is for settle, not for export"],
  ])("refuses a flag that it would not heed: %j", async (args, complaint) => {
    const { exit, stdout, stderr } = await numgate(args);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr.split("\n")[0]).toBe(`numgate: ${complaint}`);
  });

  it.each(["127.0.0.1:7070", "localhost:7070", "nonsense"])(
    "asks for the scheme of an address: %s",
    async (address) => {
      const { exit, stderr } = await numgate(["esim", "esim_1", "--address", address]);
      expect(exit).toBe(2);
      expect(stderr.split("\n")[0]).toBe(
        `numgate: --address: expected a URL such as http://127.0.0.1:7070, not "${address}"`,
      );
    },
  );
});

it("does not ask of a database in memory whether a gateway runs", async () => {
  const folder = await emptyFolder();
  await folder.write("numgate.yaml", 'database: "sqlite::memory:"\n');
  expect(await numgate(["ledger"], folder)).toEqual({
    exit: 1,
    stdout: "",
    stderr: "numgate: the database is in memory, where its own gateway alone sees it\n",
  });
});

describe.each([["check"], ["serve"]])("%s", (command) => {
  it("says what is wrong with the files of TLS", async () => {
    const folder = await emptyFolder();
    await folder.write("text.pem", "no certificate");
    await folder.write("numgate.yaml", `tls: { cert: text.pem, key: ${PEM}/server.key, client_ca: none.pem }\n`);
    expect(await numgate([command], folder)).toEqual({
      exit: 1,
      stdout: "",
      stderr:
        "tls.cert: text.pem holds no certificate in PEM\n" +
        "tls.client_ca: none.pem cannot be read: there is no such file\n",
    });
  });
});

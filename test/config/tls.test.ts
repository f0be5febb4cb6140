import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readTls } from "../../src/config.ts";
import { problemsOf } from "./support.ts";

const directory = mkdtempSync(join(tmpdir(), "numgate-tls-"));
afterAll(() => rmSync(directory, { recursive: true }));
const text = join(directory, "text.pem");
writeFileSync(text, "no certificate and no key");
const none = join(directory, "none.pem");

const pem = (name: string) => `test/rpc/tls/${name}`;
const certFile = pem("server.pem");
const keyFile = pem("server.key");

describe("the files of TLS", () => {
  it("are taken when they fit", () => {
    const held = (name: string) => readFileSync(pem(name), "utf8");
    expect(readTls({ certFile, keyFile, clientCaFile: pem("ca.pem") })).toStrictEqual({
      cert: held("server.pem"),
      key: held("server.key"),
      clientCa: held("ca.pem"),
    });
    expect(readTls({ certFile: pem("renewed.pem"), keyFile: pem("renewed.key") })).toStrictEqual({
      cert: held("renewed.pem"),
      key: held("renewed.key"),
    });
  });

  it.each([
    [{ certFile: none, keyFile }, [`tls.cert: ${none} cannot be read: there is no such file`]],
    [{ certFile: directory, keyFile }, [`tls.cert: ${directory} cannot be read: it is a directory`]],
    [{ certFile: text, keyFile }, [`tls.cert: ${text} holds no certificate in PEM`]],
    [{ certFile, keyFile: certFile }, [`tls.key: ${certFile} holds no private key in PEM, or an encrypted one`]],
    [{ certFile, keyFile: pem("renewed.key") }, [`tls.key: ${pem("renewed.key")} is not the key of ${certFile}`]],
    [{ certFile, keyFile, clientCaFile: text }, [`tls.client_ca: ${text} holds no certificate in PEM`]],
    [
      { certFile: text, keyFile: none },
      [`tls.cert: ${text} holds no certificate in PEM`, `tls.key: ${none} cannot be read: there is no such file`],
    ],
  ])("are refused by name: %j", (files, problems) => {
    expect(problemsOf(() => readTls(files))).toEqual(problems);
  });
});

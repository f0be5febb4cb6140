import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { Problems, whyUnreadable } from "./problems.ts";
import type { Tls } from "./types.ts";

/**
 * Throws a ConfigError for files that nothing can be served with: OpenSSL would say so without naming them, and of a
 * client_ca that holds no certificate not at all.
 */
export function checkTls(tls: Tls | undefined): void {
  if (!tls) return;
  const { certFile, keyFile, clientCaFile } = tls;
  const problems = new Problems();

  function read<T>(key: string, file: string, what: string, parse: (pem: string) => T): T | undefined {
    let pem: string;
    try {
      pem = readFileSync(file, "utf8");
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      problems.about(`tls.${key}`, `${file} cannot be read: ${whyUnreadable(code)}`);
      return undefined;
    }
    try {
      return parse(pem);
    } catch {
      problems.about(`tls.${key}`, `${file} holds no ${what}`);
      return undefined;
    }
  }

  const certificate = (pem: string) => new X509Certificate(pem);
  const cert = read("cert", certFile, "certificate in PEM", certificate);
  const key = read("key", keyFile, "private key in PEM, or an encrypted one", createPrivateKey);
  if (cert && key && !cert.checkPrivateKey(key)) problems.about("tls.key", `${keyFile} is not the key of ${certFile}`);
  if (clientCaFile) read("client_ca", clientCaFile, "certificate in PEM", certificate);
  problems.throwIfAny();
}

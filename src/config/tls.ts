import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { Problems, whyUnreadable } from "./problems.ts";
import type { Tls } from "./types.ts";

/** What the files hold, in PEM. */
export interface TlsPems {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/**
 * Throws a ConfigError for files that nothing can be served with: OpenSSL would say so without naming them, and of a
 * client_ca that holds no certificate not at all.
 */
export function readTls({ certFile, keyFile, clientCaFile }: Tls): TlsPems {
  const problems = new Problems();

  function read<T>(key: string, file: string, what: string, parse: (pem: string) => T) {
    let pem = "";
    try {
      pem = readFileSync(file, "utf8");
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      problems.about(`tls.${key}`, `${file} cannot be read: ${whyUnreadable(code)}`);
      return { pem };
    }
    try {
      return { pem, parsed: parse(pem) };
    } catch {
      problems.about(`tls.${key}`, `${file} holds no ${what}`);
      return { pem };
    }
  }

  const certificate = (pem: string) => new X509Certificate(pem);
  const cert = read("cert", certFile, "certificate in PEM", certificate);
  const key = read("key", keyFile, "private key in PEM, or an encrypted one", createPrivateKey);
  if (cert.parsed && key.parsed && !cert.parsed.checkPrivateKey(key.parsed)) {
    problems.about("tls.key", `${keyFile} is not the key of ${certFile}`);
  }
  const clientCa = clientCaFile && read("client_ca", clientCaFile, "certificate in PEM", certificate);
  problems.throwIfAny();
  return { cert: cert.pem, key: key.pem, ...(clientCa && { clientCa: clientCa.pem }) };
}

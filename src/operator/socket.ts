// Linux takes 108 bytes for a socket's path, its closing zero included.
const LONGEST_PATH = 107;

/** Where the daemon of that database listens to its operator. Undefined for a database without a file. */
export function operatorSocket(databasePath: string): string | undefined {
  return databasePath === ":memory:" ? undefined : `${databasePath}.sock`;
}

/** Undefined where no socket can be. */
export function usableSocket(path: string | undefined): string | undefined {
  return path !== undefined && Buffer.byteLength(path) <= LONGEST_PATH ? path : undefined;
}

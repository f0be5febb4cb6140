/** The steps of a transaction, as one connection takes them. */
export interface Transaction {
  begin(): void;
  commit(): void;
  rollback(): void;
  savepoint(): void;
  /** Keeps what was done since the savepoint. */
  release(): void;
  /** Undoes what was done since the savepoint, and drops it. */
  rollbackToSavepoint(): void;
  isOpen(): boolean;
  /** Writes what commands left to be written together. */
  flush(): void;
  /** Something was undone, so that nothing may rest on it. */
  undone(): void;
  /** How often commands have ever written on this connection, or left something to be written. */
  writes(): number;
}

export interface GroupCommit {
  /**
   * Runs the command in the next transaction. Resolves once it is committed; a command that throws is undone alone. It
   * may be run twice, when what the first run did was undone with another command's.
   */
  run<T>(command: () => T): Promise<T>;

  /** Runs at once. No transaction outlives a turn of the event loop, so it sees what is committed and nothing else. */
  read<T>(query: () => T): Promise<T>;

  /** Commits what is queued. Whatever comes after is refused. */
  close(): void;
}

interface Job {
  /** Runs the command, and gives what is to be told once its transaction is committed. */
  readonly work: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** Bounds how long one transaction can keep the event loop. */
const LARGEST_BATCH = 512;

/**
 * Lets the commands of one turn of the event loop share a commit. A commit waits for the disk, and the event loop waits
 * with it: one for each command would stall every stream.
 */
export function createGroupCommit(transaction: Transaction): GroupCommit {
  let queue: Job[] = [];
  let closed = false;
  let scheduled = false;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      drain();
    });
  }

  function drain(): void {
    const batch = queue.slice(0, LARGEST_BATCH);
    queue = queue.slice(LARGEST_BATCH);
    if (queue.length > 0) schedule();
    if (batch.length > 0) commitTogether(transaction, batch);
  }

  return {
    run<T>(command: () => T): Promise<T> {
      if (closed) return Promise.reject(closedError());
      return new Promise<T>((resolve, reject) => {
        const work = () => {
          const value = command();
          return () => resolve(value);
        };
        queue.push({ work, reject });
        schedule();
      });
    },
    async read(query) {
      if (closed) throw closedError();
      rollBack(transaction);
      return query();
    },
    close() {
      closed = true;
      while (queue.length > 0) drain();
    },
  };
}

/** Nobody is told anything before the commit, not even of a failure: it may rest on what the commit then loses. */
function commitTogether(transaction: Transaction, batch: readonly Job[]): void {
  let tellings: readonly (() => void)[];
  try {
    tellings = runTogether(transaction, batch) ?? runApart(transaction, batch);
  } catch (error) {
    for (const job of batch) job.reject(error);
    try {
      rollBack(transaction);
    } catch {
      // Whoever comes next, to read or to write, does it first or fails.
    }
    return;
  }
  for (const tell of tellings) tell();
}

/**
 * Without savepoints, which cost a quarter of what commands do. A command that fails before it changes anything needs
 * none. When one fails later nothing of the batch is kept, and there is no answer.
 */
function runTogether(transaction: Transaction, batch: readonly Job[]): readonly (() => void)[] | undefined {
  rollBack(transaction);
  transaction.begin();
  const tellings: (() => void)[] = [];
  for (const job of batch) {
    const before = transaction.writes();
    try {
      tellings.push(job.work());
    } catch (error) {
      if (!transaction.isOpen()) throw error;
      if (transaction.writes() !== before) return undefined;
      tellings.push(() => job.reject(error));
    }
  }
  try {
    transaction.flush();
  } catch (error) {
    if (!transaction.isOpen()) throw error;
    // Which command's it was that cannot be written is not known.
    return undefined;
  }
  transaction.commit();
  return tellings;
}

/** With a savepoint for each command. */
function runApart(transaction: Transaction, batch: readonly Job[]): readonly (() => void)[] {
  rollBack(transaction);
  transaction.begin();
  const tellings = batch.map((job) => runAlone(transaction, job));
  transaction.commit();
  return tellings;
}

/** Undoes a transaction that failed, if it is still open, and leaves nothing of it for the next one to write. */
function rollBack(transaction: Transaction): void {
  transaction.undone();
  if (transaction.isOpen()) transaction.rollback();
}

function runAlone(transaction: Transaction, job: Job): () => void {
  transaction.savepoint();
  try {
    const tell = job.work();
    transaction.flush();
    transaction.release();
    return tell;
  } catch (error) {
    // A full disk ends the whole transaction, and its savepoints with it.
    if (!transaction.isOpen()) throw error;
    transaction.undone();
    transaction.rollbackToSavepoint();
    return () => job.reject(error);
  }
}

function closedError(): Error {
  return new Error("the store is closed");
}

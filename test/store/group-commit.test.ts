import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, it } from "vitest";
import { createGroupCommit, type GroupCommit, type Transaction } from "../../src/store/group-commit.ts";
import { type Addition, TOGETHER } from "../../src/store/sql/additions.ts";
import { createTransaction } from "../../src/store/sqlite-database.ts";
import { createStatements } from "../../src/store/sqlite-statements.ts";

const NUMBERS: Addition = {
  one: "insert into numbers values (?)",
  many: `insert into numbers values ${Array(TOGETHER).fill("(?)").join(", ")}`,
  width: 1,
};

describe("group commit", () => {
  let db: DatabaseSync;
  let transaction: Transaction;
  let commits: number;
  let group: GroupCommit;
  /** Leaves the number to be written with the others of its transaction. */
  let leave: (n: number) => void;

  beforeEach(() => {
    db = new DatabaseSync(":memory:");
    db.exec("create table numbers (n integer primary key) strict");
    commits = 0;
    const changes = db.prepare("select total_changes() as changes");
    const { add, flush, committed, undone, writes } = createStatements(db);
    leave = (n) => add(NUMBERS, BigInt(n));
    const real = createTransaction(db, {
      flush,
      committed,
      undone,
      writes: () => writes() + Number(changes.get()?.changes),
    });
    transaction = {
      ...real,
      commit() {
        commits += 1;
        real.commit();
      },
    };
    group = createGroupCommit(transaction);
  });

  function add(n: number): Promise<number> {
    return group.run(() => {
      db.prepare("insert into numbers values (?1)").run(BigInt(n));
      return n;
    });
  }
  function added(): unknown[] {
    return db
      .prepare("select n from numbers order by n")
      .all()
      .map((row) => row.n);
  }

  it("commits two hundred commands of one turn at once", async () => {
    const numbers = Array.from({ length: 200 }, (_, n) => n);
    expect(await Promise.all(numbers.map(add))).toEqual(numbers);
    expect(added()).toEqual(numbers);
    expect(commits).toBe(1);
  });

  it("lets the event loop turn between large batches", async () => {
    const all = Promise.all(Array.from({ length: 2000 }, (_, n) => add(n)));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(added().length).toBeLessThan(2000);
    expect(await all).toHaveLength(2000);
    expect(commits).toBe(4);
  });

  it("undoes a failing command alone", async () => {
    const failing = group.run(() => {
      db.exec("insert into numbers values (10), (11)");
      throw new Error("no");
    });
    const answers = await Promise.allSettled([add(1), failing, add(1), add(2)]);
    expect(answers.map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(added()).toEqual([1, 2]);
  });

  it("tells nobody of a success before the commit", async () => {
    const told: string[] = [];
    const commit = transaction.commit;
    transaction.commit = () => {
      told.push("commit");
      commit();
    };
    await Promise.all([1, 2].map((n) => add(n).then(() => told.push(`command ${n}`))));
    expect(told).toEqual(["commit", "command 1", "command 2"]);
  });

  it("writes what commands left to be written before it tells of it, in their order", async () => {
    db.exec("create table places (place integer primary key, n integer)");
    db.exec("create trigger placed after insert on numbers begin insert into places (n) values (new.n); end");
    const numbers = Array.from({ length: 3 * TOGETHER + 5 }, (_, i) => (i * 7) % 101);
    const seen = await Promise.all(numbers.map((n) => group.run(() => leave(n)).then(added)));
    expect(seen).toEqual(numbers.map(() => numbers.toSorted((a, b) => a - b)));
    expect(db.prepare("select n from places order by place").all()).toMatchObject(numbers.map((n) => ({ n })));
    expect(commits).toBe(1);
  });

  it("writes nothing that a failing command left", async () => {
    const failing = group.run(() => {
      leave(10);
      throw new Error("no");
    });
    const answers = await Promise.allSettled([group.run(() => leave(1)), failing, add(2), group.run(() => leave(3))]);
    expect(answers.map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect(added()).toEqual([1, 2, 3]);
    await add(4);
    expect(added()).toEqual([1, 2, 3, 4]);
  });

  it("undoes a command alone when what it left cannot be written", async () => {
    const twice = () => {
      db.exec("insert into numbers values (20)");
      leave(1);
    };
    const commands = [() => leave(1), twice, () => leave(2)];
    const answers = await Promise.allSettled(commands.map((command) => group.run(command)));
    expect(answers).toMatchObject([
      { status: "fulfilled" },
      { reason: { message: "UNIQUE constraint failed: numbers.n" } },
      { status: "fulfilled" },
    ]);
    expect(added()).toEqual([1, 2]);
  });

  it("leaves nothing of a transaction that failed for the next to write", async () => {
    const ending = group.run(() => {
      leave(2);
      db.exec("rollback");
      throw new Error("the disk is full");
    });
    const answers = await Promise.allSettled([group.run(() => leave(1)), ending]);
    expect(answers.map((answer) => answer.status)).toEqual(["rejected", "rejected"]);
    await group.run(() => leave(3));
    expect(added()).toEqual([3]);
  });

  it("fails every command when what they left does not fit on the disk, and none after", async () => {
    const pages = Number(db.prepare("pragma page_count").get()?.page_count);
    db.exec(`pragma max_page_count = ${pages}`);
    const commands = Array.from({ length: 500 }, (_, command) => () => {
      for (let n = 0; n < 4; n += 1) leave(10 * command + n);
    });
    const answers = await Promise.allSettled(commands.map((command) => group.run(command)));
    expect(answers).toMatchObject(commands.map(() => ({ reason: { message: "database or disk is full" } })));
    expect(await group.read(added)).toEqual([]);

    db.exec("pragma max_page_count = 1000");
    await group.run(() => leave(1));
    expect(added()).toEqual([1]);
  });

  it("undoes nothing for a command that fails before it changes anything", async () => {
    transaction.rollback = transaction.savepoint = () => expect.unreachable();
    const refused = group.run(() => {
      db.prepare("select 1").get();
      throw new Error("no");
    });
    const answers = await Promise.allSettled([add(1), refused, add(1), add(2)]);
    expect(answers.map((answer) => answer.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(added()).toEqual([1, 2]);
    expect(commits).toBe(1);
  });

  it("tells each command's caller once, also when it was run twice", async () => {
    const runs: string[] = [];
    const told: string[] = [];
    const note = (name: string, n: number) =>
      group.run(() => {
        runs.push(name);
        db.prepare("insert into numbers values (?1)").run(BigInt(n));
        if (n < 0) throw new Error("no");
        return name;
      });
    const first = note("first", 1).then((name) => told.push(name));
    await Promise.all([first, note("failing", -1).catch(() => told.push("failed"))]);
    expect(runs).toEqual(["first", "failing", "first", "failing"]);
    expect(told.sort()).toEqual(["failed", "first"]);
    expect(added()).toEqual([1]);
  });

  it.for(["begin", "commit", "savepoint", "rollbackToSavepoint"] as const)(
    "fails the whole batch, and no other, with its %s",
    async (step) => {
      const real = transaction[step];
      transaction[step] = () => {
        transaction[step] = real;
        throw new Error("the disk is gone");
      };
      const failing = group.run(() => {
        db.exec("insert into numbers values (10)");
        throw new Error("no");
      });
      const answers = await Promise.allSettled([add(1), failing, add(2)]);
      const gone = { reason: { message: "the disk is gone" } };
      expect(answers).toMatchObject([gone, gone, gone]);
      expect(added()).toEqual([]);
      expect(await add(3)).toBe(3);
      expect(added()).toEqual([3]);
    },
  );

  it("fails the whole batch with a command that ends the transaction", async () => {
    const ending = group.run(() => {
      db.exec("rollback");
      throw new Error("the disk is full");
    });
    const answers = await Promise.allSettled([add(1), ending, add(2)]);
    expect(answers.map((answer) => answer.status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(answers[0]).toMatchObject({ reason: { message: "the disk is full" } });
    expect(await add(3)).toBe(3);
    expect(added()).toEqual([3]);
  });

  it("fails every command while the disk is full, and none after", async () => {
    const pages = Number(db.prepare("pragma page_count").get()?.page_count);
    db.exec(`pragma max_page_count = ${pages}`);
    const write = () => group.run(() => db.exec("create table texts (text text) strict"));
    const answers = await Promise.allSettled([write(), write()]);
    expect(answers).toMatchObject([{ reason: { message: "database or disk is full" } }, { status: "rejected" }]);

    db.exec("pragma max_page_count = 1000");
    await write();
    expect(await add(1)).toBe(1);
    expect(added()).toEqual([1]);
  });

  it("survives a rollback that fails, and makes up for it", async () => {
    const { commit, rollback } = transaction;
    const fail = () => {
      Object.assign(transaction, { commit, rollback });
      throw new Error("the disk is gone");
    };
    transaction.commit = () => {
      transaction.rollback = fail;
      throw new Error("the disk is full");
    };
    const first = await Promise.allSettled([add(1)]);
    expect(first).toMatchObject([{ reason: { message: "the disk is full" } }]);
    expect(await group.read(added)).toEqual([]);
    expect(await add(2)).toBe(2);
    expect(added()).toEqual([2]);
  });

  it("commits what is queued when it closes, and runs nothing after", async () => {
    const queued = add(1);
    group.close();
    group.close();
    expect(await queued).toBe(1);
    await expect(add(2)).rejects.toThrow("the store is closed");
    await expect(group.read(added)).rejects.toThrow("the store is closed");
    expect(added()).toEqual([1]);
  });
});

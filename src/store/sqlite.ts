import type { Store, VerificationFilter, VerificationPage } from "../core/store.ts";
import { CATALOG_FORMAT, readCatalogPayload, writeCatalogPayload } from "./catalog-payload.ts";
import { createGroupCommit } from "./group-commit.ts";
import { listQuery, rowsOf, writePageToken } from "./list-query.ts";
import { notFound } from "./refusals.ts";
import { fromTime, type Row, toInteger, toLearned, toSentCall, toText, toTime } from "./rows.ts";
import * as sql from "./sql.ts";
import { createStatements, createTransaction, openDatabase, type Statements } from "./sqlite-database.ts";
import { createVerificationCommands, findRequest, wholeVerification } from "./sqlite-verifications.ts";

/**
 * A store in one file, for one daemon; `:memory:` keeps nothing. Throws an error that names the file when it cannot be
 * opened, is in use, or was written by something else.
 */
export function openSqliteStore(path: string): Store {
  const database = openDatabase(path);
  const db = createStatements(database);
  const commits = createGroupCommit(createTransaction(database));
  const verifications = createVerificationCommands(db);

  return {
    createVerification: (wish) => commits.run(() => verifications.create(wish)),
    beginAttempt: (id, caller, attempt) => commits.run(() => verifications.beginAttempt(id, caller, attempt)),
    recordPurchase: (id, purchase) => commits.run(() => verifications.recordPurchase(id, purchase)),
    recordRefusal: (id, reason, time) => commits.run(() => verifications.recordRefusal(id, reason, time)),
    recordUncertain: (id, time) => commits.run(() => verifications.recordUncertain(id, time)),
    recordFailure: (id, time) => commits.run(() => verifications.recordFailure(id, time)),
    recordMessages: (id, messages, time) => commits.run(() => verifications.recordMessages(id, messages, time)),
    recordAnother: (id) => commits.run(() => verifications.recordAnother(id)),
    recordEnd: (id, status, refund, time) => commits.run(() => verifications.recordEnd(id, status, refund, time)),
    recordRefund: (id, refund, time) => commits.run(() => verifications.recordRefund(id, refund, time)),

    findRequest: (caller, requestId, fingerprint) =>
      commits.read(() => findRequest(db, caller, requestId, fingerprint)),
    getVerification: (caller, id) =>
      commits.read(() => {
        const row = db.get(sql.findVerification, id);
        if (row?.caller !== caller) throw notFound(id);
        return wholeVerification(db, row);
      }),
    listVerifications: (caller, filter) => commits.read(() => listPage(db, caller, filter)),
    openVerifications: () => commits.read(() => db.all(sql.listOpen).map((row) => wholeVerification(db, row))),
    countOpen: () => commits.read(() => new Map(db.all(sql.countOpenByUpstream).map(toOpenCount))),

    async saveCatalog(snapshot) {
      const payload = writeCatalogPayload(snapshot);
      const { upstream, fetchTime } = snapshot;
      await commits.run(() => db.run(sql.saveCatalog, upstream, CATALOG_FORMAT, fromTime(fetchTime), payload));
    },
    loadCatalogs: () => commits.read(() => db.all(sql.loadCatalogs, CATALOG_FORMAT).map(toCatalog)),

    async recordCall({ upstream, verb, time }, forgetBefore) {
      await commits.run(() => {
        db.run(sql.forgetCalls, upstream, fromTime(forgetBefore));
        db.run(sql.insertCall, upstream, verb, fromTime(time));
      });
    },
    callsSince: (time) => commits.read(() => db.all(sql.listCalls, fromTime(time)).map(toSentCall)),

    async saveLearned(learned) {
      if (learned.length === 0) return;
      await commits.run(() => {
        for (const { kind, key, value, time } of learned) db.run(sql.saveLearned, kind, key, value, fromTime(time));
      });
    },
    loadLearned: (kind) => commits.read(() => db.all(sql.loadLearned, kind).map(toLearned)),

    async close() {
      commits.close();
      if (database.isOpen) database.close();
    },
  };
}

function listPage(db: Statements, caller: string, filter: VerificationFilter): VerificationPage {
  const query = listQuery(caller, filter);
  const rows = db.all(query.sql, ...query.params);
  const page = rows.slice(0, rowsOf(filter));
  const verifications = page.map((row) => wholeVerification(db, row));
  const last = page.at(-1);
  if (!last || rows.length === page.length) return { verifications };
  return { verifications, nextPageToken: writePageToken(toInteger(last.seq), caller, filter) };
}

function toOpenCount(row: Row): [string, number] {
  return [toText(row.upstream), Number(toInteger(row.open))];
}

function toCatalog(row: Row) {
  return readCatalogPayload(toText(row.payload), toText(row.upstream), toTime(row.fetch_time));
}

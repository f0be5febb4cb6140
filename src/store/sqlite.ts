import type { DatabaseSync } from "node:sqlite";
import type { Rates } from "../core/rates.ts";
import type { Store } from "../core/store.ts";
import { CATALOG_FORMAT, readCatalogPayload, writeCatalogPayload } from "./catalog-payload.ts";
import { createGroupCommit } from "./group-commit.ts";
import { fromTime, type Row, toLearned, toSentCall, toText, toTime } from "./rows.ts";
import * as sql from "./sql/keepsakes.ts";
import { findBalance, saveBalance, sumMovement } from "./sqlite-balances.ts";
import { createCallers } from "./sqlite-callers.ts";
import { createTransaction, openDatabase } from "./sqlite-database.ts";
import { createEsimCommands } from "./sqlite-esims.ts";
import { createExtensionCommands } from "./sqlite-extensions.ts";
import { createRecorder, listHistory } from "./sqlite-history.ts";
import { checkLedger, createLedger } from "./sqlite-ledger.ts";
import { createMessageCommands } from "./sqlite-messages.ts";
import { listPending } from "./sqlite-pending.ts";
import { countOpen, findRequest, getVerification, heldOrders, listOpen, listPage } from "./sqlite-reads.ts";
import { esimRecords, extensionRecords, rentalRecords } from "./sqlite-records.ts";
import { createRentalCommands } from "./sqlite-rentals.ts";
import { forget } from "./sqlite-retention.ts";
import { createStatements } from "./sqlite-statements.ts";
import { createVerificationCommands } from "./sqlite-verifications.ts";

/**
 * A store in one file, for one daemon; `:memory:` keeps nothing. By the rates, budgets weigh money in other currencies.
 * Throws an error that names the file when it cannot be opened, is in use, or was written by something else.
 */
export function openSqliteStore(path: string, rates: Rates = new Map()): Store {
  return createSqliteStore(openDatabase(path), rates);
}

/** A store on an open database, which is the store's from then on. */
export function createSqliteStore(database: DatabaseSync, rates: Rates): Store {
  const db = createStatements(database);
  const { run, read, close } = createGroupCommit(createTransaction(database, db));
  const ledger = createLedger(db, rates);
  const recorder = createRecorder(db, ledger);
  const callers = createCallers(db);
  const verifications = createVerificationCommands({ db, ledger, recorder, callers });
  const recordMessages = createMessageCommands(db, recorder, callers);
  const parts = { db, ledger, recorder, callers };
  const commit = { run, read };

  return {
    rentals: rentalRecords(db, createRentalCommands(parts), commit),
    extensions: extensionRecords(db, createExtensionCommands(parts), commit),
    esims: esimRecords(db, createEsimCommands(parts), commit),
    pendingPurchases: () => read(() => listPending(db)),

    createVerification: (wish) => run(() => verifications.create(wish)),
    beginAttempt: (id, caller, attempt) => run(() => verifications.beginAttempt(id, caller, attempt)),
    recordPurchase: (id, purchase) => run(() => verifications.recordPurchase(id, purchase)),
    recordRefusal: (id, reason, time) => run(() => verifications.recordRefusal(id, reason, time)),
    recordUncertain: (id, time) => run(() => verifications.recordUncertain(id, time)),
    recordLoss: (id, price, time) => run(() => verifications.recordLoss(id, price, time)),
    recordFailure: (id, time) => run(() => verifications.recordFailure(id, time)),
    recordMessages: (id, messages, time) => run(() => recordMessages(id, messages, time)),
    recordAnother: (id, time) => run(() => verifications.recordAnother(id, time)),
    recordEnd: (id, status, refund, time) => run(() => verifications.recordEnd(id, status, refund, time)),
    recordRefund: (id, refund, time) => run(() => verifications.recordRefund(id, refund, time)),

    findRequest: (caller, requestId, fingerprint) => read(() => findRequest(db, caller, requestId, fingerprint)),
    getVerification: (caller, id) => read(() => getVerification(db, caller, id)),
    listVerifications: (caller, filter) => read(() => listPage(db, caller, filter)),
    openVerifications: (filter = {}) => read(() => listOpen(db, filter)),
    countOpen: () => read(() => countOpen(db)),

    history: (filter) => read(() => listHistory(db, filter)),
    checkLedger: ({ since, repair = false } = {}) => (repair ? run : read)(() => checkLedger(db, since, repair)),
    forget: (before, limit) => run(() => forget(db, before, limit)),

    recordBalance: (balance) => run(() => saveBalance(db, balance)),
    lastBalance: (upstream, provider) => read(() => findBalance(db, upstream, provider)),
    movementSince: (upstream, provider, time, verificationId) =>
      read(() => sumMovement(db, upstream, provider, time, verificationId)),

    heldOrders: (upstream, provider, refs) => read(() => heldOrders(db, upstream, provider, refs)),

    async saveCatalog(snapshot) {
      const payload = writeCatalogPayload(snapshot);
      const { upstream, fetchTime } = snapshot;
      await run(() => db.run(sql.saveCatalog, upstream, CATALOG_FORMAT, fromTime(fetchTime), payload));
    },
    loadCatalogs: () => read(() => db.all(sql.loadCatalogs, CATALOG_FORMAT).flatMap((row) => toCatalog(row) ?? [])),

    async recordCall({ upstream, verb, time }, forgetBefore) {
      await run(() => {
        db.run(sql.forgetCalls, upstream, fromTime(forgetBefore));
        db.run(sql.insertCall, upstream, verb, fromTime(time));
      });
    },
    callsSince: (time) => read(() => db.all(sql.listCalls, fromTime(time)).map(toSentCall)),

    async saveLearned(learned) {
      if (learned.length === 0) return;
      await run(() => {
        for (const { kind, key, value, time } of learned) db.run(sql.saveLearned, kind, key, value, fromTime(time));
      });
    },
    loadLearned: (kind) => read(() => db.all(sql.loadLearned, kind).map(toLearned)),

    async close() {
      close();
      if (database.isOpen) database.close();
    },
  };
}

function toCatalog(row: Row) {
  return readCatalogPayload(toText(row.payload), toText(row.upstream), toTime(row.fetch_time));
}

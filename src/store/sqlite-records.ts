import type { EsimRecords, ExtensionRecords, PurchaseRecords, RentalRecords } from "../core/records.ts";
import type { GroupCommit } from "./group-commit.ts";
import { type createEsimCommands, findEsimRequest, getEsim, listEsims, openEsims } from "./sqlite-esims.ts";
import type { createExtensionCommands } from "./sqlite-extensions.ts";
import type { PurchaseCommands } from "./sqlite-purchases.ts";
import * as reads from "./sqlite-rental-reads.ts";
import type { createRentalCommands } from "./sqlite-rentals.ts";
import type { Statements } from "./sqlite-statements.ts";

type Commit = Pick<GroupCommit, "run" | "read">;

function purchaseRecords<T>(commands: PurchaseCommands<T>, { run }: Commit): PurchaseRecords<T> {
  return {
    beginAttempt: (id, caller, attempt) => run(() => commands.beginAttempt(id, caller, attempt)),
    recordRefusal: (id, reason, time) => run(() => commands.recordRefusal(id, reason, time)),
    recordUncertain: (id, time) => run(() => commands.recordUncertain(id, time)),
    recordFailure: (id, time) => run(() => commands.recordFailure(id, time)),
  };
}

export function rentalRecords(
  db: Statements,
  rentals: ReturnType<typeof createRentalCommands>,
  commit: Commit,
): RentalRecords {
  const { run, read } = commit;
  return {
    ...purchaseRecords(rentals, commit),
    create: (wish) => run(() => rentals.create(wish)),
    recordPurchase: (id, purchase) => run(() => rentals.recordPurchase(id, purchase)),
    recordLoss: (id, price, time) => run(() => rentals.recordLoss(id, price, time)),
    recordMessages: (id, messages, time) => run(() => rentals.recordMessages(id, messages, time)),
    recordExpiry: (id, expireTime, time) => run(() => rentals.recordExpiry(id, expireTime, time)),
    recordWarning: (id, time) => run(() => rentals.recordWarning(id, time)),
    recordAutoRenewal: (caller, id, renewal, time) => run(() => rentals.recordAutoRenewal(caller, id, renewal, time)),
    recordEnd: (id, status, refund, time) => run(() => rentals.recordEnd(id, status, refund, time)),
    recordRefund: (id, refund, time) => run(() => rentals.recordRefund(id, refund, time)),
    createWait: (wish) => run(() => rentals.createWait(wish)),

    findRequest: (caller, requestId, print) => read(() => reads.findRentalRequest(db, caller, requestId, print)),
    get: (caller, id) => read(() => reads.getRental(db, caller, id)),
    list: (caller, filter) => read(() => reads.listRentals(db, caller, filter)),
    open: () => read(() => reads.openRentals(db)),
    openWaits: (id) => read(() => reads.openWaits(db, id)),
    listMessages: (caller, id, size, token) => read(() => reads.listRentalMessages(db, caller, id, size, token)),
    messagesAfter: (id, place, limit) => read(() => reads.messagesAfter(db, id, place, limit)),
    placeOf: (caller, id, messageId) => read(() => reads.placeOf(db, caller, id, messageId)),
  };
}

export function extensionRecords(
  db: Statements,
  extensions: ReturnType<typeof createExtensionCommands>,
  commit: Commit,
): ExtensionRecords {
  const { run, read } = commit;
  return {
    ...purchaseRecords(extensions, commit),
    create: (wish) => run(() => extensions.create(wish)),
    recordPurchase: (id, purchase) => run(() => extensions.recordPurchase(id, purchase)),
    findRequest: (caller, requestId, print) => read(() => reads.findExtensionRequest(db, caller, requestId, print)),
    get: (id) => read(() => reads.getExtension(db, id)),
  };
}

export function esimRecords(db: Statements, esims: ReturnType<typeof createEsimCommands>, commit: Commit): EsimRecords {
  const { run, read } = commit;
  return {
    ...purchaseRecords(esims, commit),
    create: (wish) => run(() => esims.create(wish)),
    recordPurchase: (id, purchase) => run(() => esims.recordPurchase(id, purchase)),
    recordLoss: (id, price, time) => run(() => esims.recordLoss(id, price, time)),
    findRequest: (caller, requestId, print) => read(() => findEsimRequest(db, caller, requestId, print)),
    get: (caller, id) => read(() => getEsim(db, caller, id)),
    list: (caller, filter) => read(() => listEsims(db, caller, filter)),
    open: () => read(() => openEsims(db)),
  };
}

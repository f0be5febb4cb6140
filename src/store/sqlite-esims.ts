import type { Esim, EsimStatus } from "../core/esim.ts";
import type { EsimRecords, NewEsim, OrderFilter, Page } from "../core/records.ts";
import { ESIM } from "./kinds.ts";
import { toEsim } from "./rental-rows.ts";
import { fromRequest } from "./requests.ts";
import { fromTime, type Row, toInteger } from "./rows.ts";
import * as sql from "./sql/esims.ts";
import { attemptsOf } from "./sqlite-attempts.ts";
import { addOrder, findOf } from "./sqlite-orders.ts";
import { createPurchaseCommands } from "./sqlite-purchases.ts";
import { findWish, listOrders } from "./sqlite-reads.ts";
import type { Statements } from "./sqlite-statements.ts";
import type { CommandParts } from "./sqlite-verifications.ts";

/** The commands that change an eSIM, each to be run inside a transaction. As in EsimRecords, but at once. */
export function createEsimCommands(parts: CommandParts) {
  const { db, recorder, callers } = parts;
  const purchases = createPurchaseCommands(parts, ESIM, toEsim);

  return {
    ...purchases,

    create(wish: NewEsim): { esim: Esim; created: boolean } {
      const { esimId, caller, requestId, fingerprint, request, time } = wish;
      const earlier = findWish(db, ESIM, caller.name, requestId, fingerprint);
      if (earlier) return { esim: wholeEsim(db, earlier), created: false };

      callers.requireRoom(caller);
      const params = [esimId, caller.name, requestId, fingerprint, fromRequest(request), fromTime(time)];
      const row = addOrder(db, sql.insertEsim, ...params);
      callers.began(caller.name, toInteger(row.seq), false);
      recorder.record(row, "created", time);
      return { esim: toEsim(row, []), created: true };
    },

    recordPurchase(esimId: string, bought: Parameters<EsimRecords["recordPurchase"]>[1]): Esim {
      const { activationCode, time } = bought;
      // Nothing can become of it any more.
      const columns = { status: "ACTIVE", activation_code: activationCode, end_time: fromTime(time) };
      return purchases.recordBought(esimId, bought, columns);
    },
  };
}

function wholeEsim(db: Statements, row: Row): Esim {
  return toEsim(row, attemptsOf(db, row));
}

export function getEsim(db: Statements, caller: string, esimId: string): Esim {
  return wholeEsim(db, findOf(db, ESIM, esimId, { caller }));
}

export function findEsimRequest(db: Statements, caller: string, requestId: string, fingerprint: string) {
  const row = findWish(db, ESIM, caller, requestId, fingerprint);
  return row && wholeEsim(db, row);
}

export function listEsims(db: Statements, caller: string, filter: OrderFilter<EsimStatus>): Page<Esim> {
  return listOrders(db, ESIM, caller, filter, (row) => wholeEsim(db, row));
}

export function openEsims(db: Statements): readonly Esim[] {
  return db.all(sql.listOpenEsims).map((row) => wholeEsim(db, row));
}

import type { Money } from "../core/money.ts";

/** Of a row that has no value in a column. */
export const NO_VALUE = -1;

/** A column in the making: each different value once, and for each row which of them. */
export interface DraftColumn<V> {
  readonly values: readonly V[];
  readonly indexes: readonly number[];
  add(value: V | undefined): void;
}

/** One offer of a catalogue in the making. */
export interface DraftRow {
  /** What follows `upstream:` in its id. */
  readonly id: string;
  /** As an index of PRODUCTS. */
  readonly product: number;
  readonly country: string;
  readonly service: string;
  readonly serviceName: string;
  readonly traits: number;
  readonly price: Money | undefined;
  readonly availableCount: number | undefined;
  readonly successRate: number | undefined;
  readonly waitMs: number | undefined;
  /** As text. */
  readonly rentalTerms: string;
  readonly esimPlan: string;
  readonly fetchTime: number;
}

/** A catalogue in the making: rows are added, and dropped when something newer is said of them. */
export type Draft = ReturnType<typeof createDraft>;

export function createDraft() {
  const ids: string[] = [];
  const dropped = new Set<number>();
  const columns = {
    product: createColumn<number>(),
    country: createColumn<string>(),
    service: createColumn<string>(),
    serviceName: createColumn<string>(),
    traits: createColumn<number>(),
    price: createColumn<Money>(({ micros, currency }) => `${micros} ${currency}`),
    availableCount: createColumn<number>(),
    successRate: createColumn<number>(),
    waitMs: createColumn<number>(),
    rentalTerms: createColumn<string>(),
    esimPlan: createColumn<string>(),
    fetchTime: createColumn<number>(),
  };

  return {
    ids: ids as readonly string[],
    columns,
    /** Rows that were not dropped. */
    get size() {
      return ids.length - dropped.size;
    },
    isDropped: (row: number) => dropped.has(row),
    drop: (row: number) => void dropped.add(row),

    /** Gives the row's number. */
    add(row: DraftRow): number {
      columns.product.add(row.product);
      columns.country.add(row.country);
      columns.service.add(row.service);
      columns.serviceName.add(row.serviceName);
      columns.traits.add(row.traits);
      columns.price.add(row.price);
      columns.availableCount.add(row.availableCount);
      columns.successRate.add(row.successRate);
      columns.waitMs.add(row.waitMs);
      columns.rentalTerms.add(row.rentalTerms);
      columns.esimPlan.add(row.esimPlan);
      columns.fetchTime.add(row.fetchTime);
      return ids.push(row.id) - 1;
    },
  };
}

function createColumn<V>(keyOf: (value: V) => unknown = (value) => value): DraftColumn<V> {
  const indexOf = new Map<unknown, number>();
  const values: V[] = [];
  const indexes: number[] = [];
  return {
    values,
    indexes,
    add(value) {
      if (value === undefined) {
        indexes.push(NO_VALUE);
        return;
      }
      const key = keyOf(value);
      const known = indexOf.get(key) ?? values.length;
      if (known === values.length) {
        indexOf.set(key, known);
        values.push(value);
      }
      indexes.push(known);
    },
  };
}

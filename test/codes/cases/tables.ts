import * as asian from "./asian.ts";
import * as germanic from "./germanic.ts";
import * as middleEastern from "./middle-eastern.ts";
import * as otherEuropean from "./other-european.ts";
import * as romance from "./romance.ts";
import * as slavic from "./slavic.ts";
import type { Table } from "./table.ts";

/** By language. */
export const TABLES: Readonly<Record<string, Table>> = {
  ...germanic,
  ...romance,
  ...slavic,
  ...otherEuropean,
  ...middleEastern,
  ...asian,
};

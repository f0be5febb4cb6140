import { expect, it } from "vitest";
import { pvapins } from "../../src/providers/pvapins.ts";
import { json } from "../upstream/scripted-server.ts";
import { visit } from "./visit.ts";

const never = new AbortController().signal;

it("a name of PVAPins with half a character costs no other line its place", async () => {
  const apps = `[{"full_name": "x\\ud800", "deduct": "0.40"}, {"full_name": "WhatsApp", "deduct": "0.40"}]`;
  const { desks } = await visit(pvapins, { apiKey: "key" }, json([{ id: 1, full_name: "USA" }]), json(apps));
  const refs: string[] = [];
  for await (const part of desks.catalog.listings(never)) refs.push(...part.map(({ ref }) => ref));
  expect(refs).toEqual(["USA/x%EF%BF%BD", "USA/WhatsApp"]);
});

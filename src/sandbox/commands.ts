import { z } from "zod";
import { ControlError, type SandboxControl } from "./control.ts";
import { FAULT_KINDS } from "./faults.ts";
import type { Site } from "./server.ts";
import { UPSTREAM_IDS } from "./upstreams.ts";
import { type Answer, type Incoming, send } from "./wire.ts";

interface Command {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly says: string;
  run(body: string): unknown;
}

const upstream = z.enum(UPSTREAM_IDS);
const decimal = z.union([z.string(), z.number().nonnegative().transform(String)], "expected a decimal such as 12.50");
const delayMs = z.number().nonnegative();

const delivery = z
  .strictObject({
    upstream: upstream.optional(),
    order_id: z.union([z.string(), z.int().transform(String)], "expected the order's id").optional(),
    phone: z.string().optional(),
    text: z.string().max(1600).optional(),
    code: z.string().min(1).max(32).optional(),
    sender: z.string().min(1).max(32).optional(),
  })
  .refine((asked) => (asked.order_id === undefined) !== (asked.phone === undefined), "give either order_id or phone");
const stock = z.strictObject({
  upstream,
  service: z.string(),
  product: z.enum(["verification", "rental", "esim"]).optional(),
  country: z.string().length(2).optional(),
  count: z.int().nonnegative().nullable(),
});
const balance = z.strictObject({ upstream, balance: decimal });
const delay = z.strictObject({
  code_delay_ms: z.union(
    [delayMs, z.strictObject({ min: delayMs, max: delayMs }), z.literal("never")],
    'expected milliseconds, {"min": ..., "max": ...} or "never"',
  ),
});
const fault = z.strictObject({
  upstream,
  endpoint: z.string(),
  kind: z.enum(FAULT_KINDS),
  times: z.int().positive().default(1),
  retry_after: z.int().positive().optional(),
});
const mischance = z.strictObject({
  upstream,
  endpoint: z.string(),
  rate: z.number().min(0).max(1),
  kinds: z.array(z.enum(FAULT_KINDS)).min(1).optional(),
  retry_after: z.int().positive().optional(),
});

const callback = z.strictObject({ upstream, url: z.string().nullable() });

/** The control over HTTP: JSON in, JSON out, for curl in somebody's CI. */
export function createCommandSite(control: SandboxControl): Site {
  const commands: readonly Command[] = [
    { method: "GET", path: "/books", says: "balances, orders and calls of every upstream", run: () => control.books() },
    command("/deliver", "a message arrives now", delivery, ({ order_id: orderId, ...words }) =>
      control.deliver({ orderId, ...words }),
    ),
    command("/stock", "how many numbers of a service are left; null is without end", stock, ({ count, ...which }) => ({
      offers: control.setStock({ ...which, count: count ?? undefined }),
    })),
    command("/balance", "the money on the account", balance, (asked) => {
      control.setBalance(asked);
      return asked;
    }),
    command("/delay", "how long codes take", delay, (asked) => {
      control.setCodeDelay(asked.code_delay_ms === "never" ? Number.POSITIVE_INFINITY : asked.code_delay_ms);
      return asked;
    }),
    command("/faults", "what the next calls of an endpoint meet", fault, ({ retry_after: seconds, ...asked }) => {
      control.failNext({ ...asked, retryAfterSeconds: seconds });
      return asked;
    }),
    command("/fault_rate", "how often calls meet a fault", mischance, ({ retry_after: seconds, ...asked }) => {
      control.failOften({ ...asked, retryAfterSeconds: seconds });
      return asked;
    }),
    command("/callbacks", "where an upstream posts its messages; null is nowhere", callback, (asked) => {
      control.setCallback({ ...asked, url: asked.url ?? undefined });
      return asked;
    }),
    {
      method: "POST",
      path: "/reset",
      says: "back to the beginning",
      run() {
        control.reset();
        return {};
      },
    },
  ];
  return (incoming, response) => send(response, obey(commands, incoming));
}

function command<T>(path: string, says: string, schema: z.ZodType<T>, act: (asked: T) => unknown): Command {
  return { method: "POST", path, says, run: (body) => act(parse(schema, body)) };
}

function obey(commands: readonly Command[], { method, path, body }: Incoming): Answer {
  const found = commands.find((candidate) => candidate.path === path && candidate.method === method);
  if (!found) {
    const known = commands.map((each) => ({ call: `${each.method} /sandbox${each.path}`, says: each.says }));
    if (path === "/" && method === "GET") return { status: 200, body: { commands: known } };
    const error = `no command ${method} /sandbox${path}; known: ${known.map(({ call }) => call).join(", ")}`;
    return { status: 404, body: { error } };
  }
  try {
    return { status: 200, body: found.run(body) };
  } catch (error) {
    if (error instanceof ControlError) return { status: error.status, body: { error: error.message } };
    throw error;
  }
}

function parse<T>(schema: z.ZodType<T>, body: string): T {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new ControlError(400, "the body is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ControlError(400, parsed.error.issues.map((issue) => describe(issue, schema)).join("; "));
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType): string {
  if (issue.code === "unrecognized_keys" && schema instanceof z.ZodObject) {
    return `unknown field ${issue.keys.join(", ")}; known: ${Object.keys(schema.shape).join(", ")}`;
  }
  return issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message;
}

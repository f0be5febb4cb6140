import type { z } from "zod";
import type { Given } from "./schema.ts";
import type { Source, Tree } from "./source.ts";
import type { KeyPath } from "./types.ts";

const LONGEST_QUOTE = 60;

/** Says of every issue where it is and, unless it could be a secret, what was written there. */
export function complainAbout(issues: readonly z.core.$ZodIssue[], source: Source): void {
  for (const issue of issues) {
    const path = withoutInventedSteps(issue.path as KeyPath, source.tree);
    if (issue.code === "unrecognized_keys") {
      const messages = issue.message.split("\n");
      issue.keys.forEach((key, index) => {
        source.complain([...path, key], messages[index] ?? issue.message, "key");
      });
    } else if (issue.code === "invalid_key") {
      source.complain(path, issue.issues[0]?.message ?? issue.message, "key");
    } else {
      source.complain(path, describe(issue, source.variableAt(path)));
    }
  }
}

function describe(issue: z.core.$ZodIssue, variable: string | undefined): string {
  // What the environment holds may be a secret in the wrong place.
  if (variable) return `${issue.message} (it comes from ${variable})`;
  const { given, meant } = ((issue.code === "custom" && issue.params) || {}) as Partial<Given>;
  if (given === undefined) return issue.message;
  const quoted = JSON.stringify(given.length > LONGEST_QUOTE ? `${given.slice(0, LONGEST_QUOTE)}...` : given);
  return `${issue.message}, not ${quoted}${meant ? `; did you mean ${meant}?` : ""}`;
}

/** The schema reads a lone `listen` as a list of one: the file knows no `listen[0]` then. */
function withoutInventedSteps(path: KeyPath, tree: Tree): KeyPath {
  let here: Tree = tree;
  for (const [depth, step] of path.entries()) {
    if (typeof here === "string") return path.slice(0, depth);
    here = (here as Readonly<Record<string | number, Tree>> | null | undefined)?.[step];
  }
  return path;
}

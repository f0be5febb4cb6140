import type { Tree } from "./source.ts";

export function child(tree: Tree, key: string): Tree {
  return isMapping(tree) && Object.hasOwn(tree, key) ? tree[key] : undefined;
}

export function isMapping(tree: Tree): tree is { readonly [key: string]: Tree } {
  return typeof tree === "object" && tree !== null && !Array.isArray(tree);
}

/** Empty for whatever is none. */
export function list(tree: Tree): readonly Tree[] {
  return Array.isArray(tree) ? tree : [];
}

export function textOf(tree: Tree): string | undefined {
  return typeof tree === "string" ? tree : undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface Substituted {
  readonly text: string;
  /** Those whose value is now part of the text. */
  readonly variables: readonly string[];
  readonly complaints: readonly string[];
}

/**
 * Puts the environment's values in place of `${NAME}` and `${NAME:-default}`, and `${` in place of `$${`. The default
 * also stands in for a variable that is set but empty, as in a shell. What a variable holds is not substituted again.
 */
export function substitute(written: string, env: Environment): Substituted {
  const variables: string[] = [];
  const complaints: string[] = [];
  const text = written.replace(
    /\$\$\{|\$\{(?:([A-Za-z_]\w*)(?::-([^{}]*))?\})?/g,
    (match: string, name: string | undefined, fallback: string | undefined) => {
      if (match === "$${") return "${";
      if (name === undefined) {
        complaints.push(`expected \${NAME} or \${NAME:-default}; write $\${ for a literal \${`);
        return "";
      }
      const value = env[name];
      if (value === undefined || (value === "" && fallback !== undefined)) {
        if (fallback !== undefined) return fallback;
        complaints.push(`the environment variable ${name} is not set; set it, or write \${${name}:-default}`);
        return "";
      }
      variables.push(name);
      return value;
    },
  );
  return { text, variables, complaints };
}

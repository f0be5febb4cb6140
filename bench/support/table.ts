type Cell = string | number;

/** Prints a table in Markdown, its columns lined up: the first to the left. A row may be shorter than the head. */
export function printTable(head: readonly string[], rows: readonly (readonly Cell[])[], title?: string): void {
  const body = rows.map((cells) => head.map((_, column) => String(cells[column] ?? "")));
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0)));
    return `| ${padded.join(" | ")} |`;
  };
  const rule = line(widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)));
  const lines = [line(head), rule, ...body.map(line)];
  process.stdout.write(`${title === undefined ? "" : `${title}\n\n`}${lines.join("\n")}\n\n`);
}

/** As printTable, of rows that say what their columns are. */
export function printRecords(records: readonly Readonly<Record<string, Cell>>[], title?: string): void {
  printTable(
    Object.keys(records[0] ?? {}),
    records.map((record) => Object.values(record)),
    title,
  );
}

import type { ReactNode } from "react";

export interface Column<T> {
  title: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the end of their cell. */
  end?: boolean;
  /** Left out where the screen is narrow. */
  wide?: boolean;
}

interface Props<T> {
  label: string;
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
}

export function Table<T>({ label, columns, rows, keyOf }: Props<T>) {
  const side = (column: Column<T>) =>
    `${column.end ? "text-end tabular-nums" : "text-start"} ${column.wide ? "hidden md:table-cell" : ""}`;
  return (
    <table className="w-full border-collapse">
      <caption className="sr-only">{label}</caption>
      <thead>
        <tr className="bg-sunken text-xs text-muted">
          {columns.map((column) => (
            <th
              key={column.title}
              scope="col"
              className={`px-3 py-2 font-medium sm:px-4 ${side(column)}`}
            >
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} className="border-t border-line hover:bg-sunken">
            {columns.map((column) => (
              <td key={column.title} className={`px-3 py-2.5 break-words sm:px-4 ${side(column)}`}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

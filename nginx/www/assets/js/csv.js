// Files that a screen gives: a table as CSV, or what the API has answered. Loaded when somebody wants one.

/** A text that a spreadsheet would take for a formula begins with an apostrophe. */
const cell = (value) => {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Rows of texts and numbers, the head among them. */
export const csvOf = (rows) => rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');

export const saveTable = (name, rows) => saveFile(name, new Blob([csvOf(rows)], { type: 'text/csv;charset=utf-8' }));

/** The browser saves a blob as it saves what it has loaded. */
export function saveFile(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // Not at once: the browser may read it a little later.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

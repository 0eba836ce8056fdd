// Files that the browser makes or keeps: tables as CSV.

import { element, workspace } from './page.js';

/** A cell that a spreadsheet would take for a formula is a text for it, too. */
const asText = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

const cell = (value) => {
  const text = asText(String(value ?? ''));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Lines of texts and numbers as RFC 4180 has them. */
export const csvOf = (heads, rows) => [heads, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');

/** Hands a file to the user: a Blob, or the text of a CSV. Its name says whose it is and of which day. */
export function download(what, content) {
  const blob = content instanceof Blob ? content : new Blob([content], { type: 'text/csv;charset=utf-8' });
  const address = URL.createObjectURL(blob);
  const name = `${workspace}-${what}-${new Date().toISOString().slice(0, 10)}.csv`;
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return name;
}

// Files that the browser saves: tables as CSV, and what the API gives as a file. Loaded when somebody wants one, where it can be.

import { act } from './api.js';
import { element, find, say, workspace } from './page.js';

/** What a spreadsheet would take for a formula: an apostrophe makes it a text. Numbers stay what they are. */
const formula = /^ *[=+\-@\t\r\n]/;

const forSheets = (value) => (typeof value === 'string' && formula.test(value) ? `'${value}` : value);

const quoted = (value) => (/[",\r\n]/.test(value ?? '') ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ''));

/** Lines of RFC 4180: `heads` first, then `rows`, lists of texts and numbers. Null is an empty cell. `cell` is done to each. */
export const csvOf = (heads, rows, cell = forSheets) => [heads, ...rows]
  .map((cells) => `${cells.map((value) => quoted(cell(value))).join(',')}\r\n`).join('');

/** A name that says whose it is, and of which day. */
export const fileName = (what) => `${workspace}-${what}-${new Date().toISOString().slice(0, 10)}.csv`;

/** Saves a text, or a blob, under a name, and says so. */
export function download(name, content) {
  const address = URL.createObjectURL(new Blob([content], { type: content.type || 'text/csv;charset=utf-8' }));
  element('a', { href: address, download: name }).click();
  // Not at once: the browser may read it a little later.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  say(`Saved: ${name}.`);
}

const preparing = 'Preparing the file…';

/** Saves what the API answers to a request with `file`, under that name. A failure is shown at `place`. */
export async function saveAnswer(request, place) {
  const answering = act(request, place);
  say(preparing);
  const answer = await answering;
  if (answer) return download(request.file, answer.data);
  if (find('#status').textContent === preparing) say('');
}

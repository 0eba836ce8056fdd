// Files that the browser saves: CSV of what a screen shows, and what the API exports.

import { act } from './api.js';
import { element, find, say } from './page.js';

/** What a spreadsheet would take for a formula: it becomes a text by an apostrophe. */
const formula = /^[=+\-@\t\r]/;

function cell(value) {
  const text = String(value ?? '');
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines of RFC 4180: `heads` first, then `rows`, lists of values. Null is an empty cell. */
export const csvOf = (heads, rows) => [heads, ...rows].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');

/** Saves a text, or a blob, as a file. */
export function download(name, content) {
  const address = URL.createObjectURL(new Blob([content], { type: content.type || 'text/csv;charset=utf-8' }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  say(`Saved: ${name}.`);
}

const preparing = 'Preparing the file…';

/** Saves what the API answers. Where it wants to know who asks, a dialog asks first; a failure is shown at `place`. */
export async function saveAnswer(request, name, place) {
  const answer = act({ ...request, as: 'blob' }, place);
  say(preparing);
  const given = await answer;
  if (given) return download(name, given.data);
  if (find('#status').textContent === preparing) say('');
}

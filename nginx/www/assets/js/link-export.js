// Links as a CSV: all that match, as the API writes them, or those that are selected.

import { act } from './api.js';
import { csvOf, download } from './files.js';
import { count, say } from './page.js';

/** The API's columns. */
const columns = [
  'id', 'short_url', 'url', 'domain', 'slug', 'title', 'tags', 'clicks', 'human_clicks', 'created_at', 'updated_at', 'last_clicked_at',
  'starts_at', 'expires_at', 'max_clicks', 'disabled', 'archived', 'external_id', 'notes',
];

/** `list` has the `filter` and the `place` of a failure. */
export async function exportMatching({ filter, place }) {
  const answering = act({ path: '/links/export', query: { ...filter, format: 'csv' }, isFile: true }, place);
  say('Exporting…');
  const answer = await answering;
  if (answer) say(`Exported: ${download('links', answer.data)}.`);
}

export function exportLinks(links) {
  const rows = links.map((link) => columns.map((name) => (name === 'tags' ? link.tags.join(', ') : link[name])));
  const name = download('links', csvOf(columns, rows));
  say(`Exported: ${count(links.length)} ${links.length === 1 ? 'link' : 'links'} as ${name}.`);
}

// Links as a CSV: all that match, as the API writes them, or those that are selected.

import { act } from './api.js';
import { csvOf, download } from './files.js';
import { count, say } from './page.js';

/** The API's columns. */
const columns = [
  'id', 'url', 'short_url', 'slug', 'domain', 'tags', 'clicks', 'human_clicks', 'title', 'utm_source', 'utm_medium', 'utm_campaign',
  'utm_term', 'utm_content', 'starts_at', 'expires_at', 'max_clicks', 'expired_url', 'password_protected', 'redirect_status', 'disabled',
  'indexable', 'archived', 'external_id', 'notes', 'created_at', 'updated_at', 'last_clicked_at', 'deleted_at',
];

/** `list` has the `filter` and the `place` of a failure. */
export async function exportMatching({ filter, place }) {
  const answering = act({ path: '/links/export', query: { ...filter, format: 'csv' }, isFile: true }, place);
  say('Exporting…');
  const answer = await answering;
  if (answer) say(`Exported: ${download('links', answer.data)}.`);
}

export function exportLinks(links) {
  const rows = links.map((link) => columns.map((name) => (name === 'tags' ? link.tags.join(',') : link[name])));
  const name = download('links', csvOf(columns, rows));
  say(`Exported: ${count(links.length)} ${links.length === 1 ? 'link' : 'links'} as ${name}.`);
}

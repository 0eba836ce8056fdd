// Links as a CSV: all that match, as the API writes them, or those that are selected.

import { csvOf, download, fileName, saveAnswer } from './files.js';

/** The API's columns. */
const columns = [
  'id', 'url', 'short_url', 'slug', 'domain', 'tags', 'clicks', 'human_clicks', 'title', 'utm_source', 'utm_medium', 'utm_campaign',
  'utm_term', 'utm_content', 'starts_at', 'expires_at', 'max_clicks', 'expired_url', 'password_protected', 'redirect_status', 'disabled',
  'indexable', 'archived', 'external_id', 'notes', 'created_at', 'updated_at', 'last_clicked_at', 'deleted_at',
];

/** As the API writes them: a list of JSON where a tag has a comma. */
const tagsCell = (tags) => (tags.some((tag) => /[,;|]/.test(tag)) ? JSON.stringify(tags) : tags.join(','));

/** `list` has the `filter` and the `place` of a failure. */
export const exportMatching = ({ filter, place }) => saveAnswer(
  { path: '/links/export', query: { ...filter, format: 'csv' }, file: fileName('links') }, place);

export function exportLinks(links) {
  const rows = links.map((link) => columns.map((name) => (name === 'tags' ? tagsCell(link.tags) : link[name])));
  download(fileName('links'), csvOf(columns, rows));
}

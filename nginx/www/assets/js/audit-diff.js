// What an entry of the audit log says has changed: field by field, before and after, in words.

import { element, shownWithZone, table, wordsOf } from './page.js';

/** Fields whose names alone do not say it. */
const names = {
  url: 'Destination', domain: 'Domain', redirect_status: 'Kind of redirect', starts_at: 'Start', expires_at: 'End',
  expired_url: 'Destination after the end', max_clicks: 'Most clicks', password_protected: 'Protected by a password',
  indexable: 'Shown to search engines', external_id: 'External id', root_url: 'Where the bare host leads',
  root_page_id: 'Page on the bare host', not_found_url: 'Where unknown slugs lead', check_error: 'What is wrong', margin: 'Quiet zone',
  link_id: 'Link', short_url: 'Short link', human_clicks: 'Clicks of people',
};

/** A field of the API as people call it: UTM names stay as they are. */
export const fieldName = (field) => names[field] ?? (field.startsWith('utm_') ? field : wordsOf(field));

/**
 * The fields of an entry `{ field, name, before, after }`, as the API told them. `before` is undefined in what was made, `after` in what
 * was deleted.
 */
export function changesOf({ changes }) {
  const { before = {}, after = {} } = changes ?? {};
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields.map((field) => ({ field, name: fieldName(field), before: before[field], after: after[field] }));
}

/** A value in words; what people typed keeps its direction. */
export function valueElement(value) {
  if (value === undefined) return element('span', { class: 'soft' }, '–');
  if (value === null || value === '' || value.length === 0) return element('span', { class: 'soft' }, 'nothing');
  if (value === '***') return element('span', { class: 'soft' }, 'a secret');
  return element('bdi', {}, inWords(value));
}

function inWords(value) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(inWords).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? shownWithZone(text) : text;
}

/**
 * The fields of an entry as a table. `rows` are from ``changesOf``; `action(row)` may give an element for a last column.
 * What was made or deleted has one column of values.
 */
export function changesTable(caption, rows, action = null) {
  const sides = ['before', 'after'].filter((side) => rows.some((row) => row[side] !== undefined));
  const heads = ['Field', ...(sides.length === 2 ? ['Before', 'After'] : ['Value']), ...(action ? ['Put back'] : [])];
  const cells = (row) => [row.name, ...sides.map((side) => valueElement(row[side])), ...(action ? [action(row) ?? ''] : [])];
  return table(caption, heads, rows.map(cells), { kind: 'sheet diff' });
}

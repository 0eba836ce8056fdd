// Rows of a CSV, or of lines, as links to make: what the columns are, what is wrong with a row. Nothing here asks the API.

import { timeOfField } from './page.js';

/** So many rows at the most are taken in one go. */
export const rowLimit = 10_000;

/** What a column can be, with the names that other shorteners and spreadsheets give it. */
export const fields = {
  url: { label: 'Destination', names: ['destination', 'long url', 'long link', 'original url', 'target', 'target url', 'link', 'address'] },
  slug: { label: 'Slug', names: ['short', 'path', 'keyword', 'back half', 'key', 'code', 'alias', 'short code'] },
  domain: { label: 'Domain', names: ['host', 'short domain'] },
  title: { label: 'Title', names: ['name', 'label'] },
  tags: { label: 'Tags', names: ['tag', 'labels', 'categories'] },
  starts_at: { label: 'Start', names: ['starts', 'start', 'valid since', 'valid from'] },
  expires_at: { label: 'End', names: ['expires', 'expiry', 'expiration', 'end', 'valid until', 'expiration date'] },
  expired_url: { label: 'Destination after the end', names: [] },
  max_clicks: { label: 'Most clicks', names: ['max visits', 'click limit'] },
  redirect_status: { label: 'Redirect status', names: ['redirect', 'status code'] },
  utm_source: { label: 'utm_source', names: [] }, utm_medium: { label: 'utm_medium', names: [] },
  utm_campaign: { label: 'utm_campaign', names: [] }, utm_term: { label: 'utm_term', names: [] },
  utm_content: { label: 'utm_content', names: [] },
  external_id: { label: 'External id', names: [] },
  notes: { label: 'Notes', names: ['note', 'comment', 'comments', 'description'] },
  password_protected: { label: 'Has a password', names: [] },
  disabled: { label: 'Disabled', names: [] }, archived: { label: 'Archived', names: [] }, indexable: { label: 'Indexable', names: [] },
};

const plain = (name) => name.trim().toLowerCase().replace(/[\s_-]+/g, ' ');

const fieldOfName = new Map(
  Object.entries(fields).flatMap(([field, { names }]) => [field, ...names].map((name) => [plain(name), field])));

// Cells.

/** The cells of a text, line by line, as RFC 4180 has them: quotes around what has separators, lines or quotes in it. */
export function cellsOf(text, separator) {
  const rows = [];
  let [row, cell, isQuoted, line, first] = [[], '', false, 1, 1];
  const endCell = () => {
    row.push(cell.trim());
    cell = '';
  };
  const endRow = () => {
    endCell();
    if (row.some(Boolean)) rows.push({ line: first, cells: row });
    row = [];
  };
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '\n') line += 1;
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[at + 1] === '"') cell += text[at += 1];
      else isQuoted = false;
    } else if (sign === '"' && cell.trim() === '' && separator) [isQuoted, cell] = [true, ''];
    else if (sign === separator) endCell();
    else if (sign === '\n') {
      endRow();
      first = line;
    } else if (sign !== '\r') cell += sign;
  }
  endRow();
  return rows;
}

/** Tab, semicolon or comma: the one that finds the most names in the first line, else the one that each line has as often. */
function separatorOf(text) {
  const lines = text.split(/\r?\n/, 21).filter((line) => line.trim());
  const foundBy = (sign) => namesIn(cellsOf(lines[0] ?? '', sign)[0]?.cells ?? []).filter(Boolean).length;
  const named = ['\t', ';', ','].map((sign) => ({ sign, found: foundBy(sign) }));
  const best = named.reduce((one, other) => (other.found > one.found ? other : one));
  if (best.found > 1) return best.sign;
  // What stands behind a question mark belongs to an address.
  if (lines.every((line) => /^https?:\/\/\S*\?\S*$/i.test(line.trim()))) return null;
  return ['\t', ';', ','].find((sign) => {
    const counts = lines.slice(0, 20).map((line) => line.split(sign).length);
    return counts[0] > 1 && counts.every((number) => number === counts[0]);
  }) ?? null;
}

const namesIn = (cells) => cells.map((name) => fieldOfName.get(plain(name)) ?? null);

/**
 * What a text has: `{ columns, rows }`. A column is `{ name, field }`, `field` null where it is used for nothing; a row
 * `{ line, cells }`.
 */
export function tableOf(given) {
  const text = given.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const all = cellsOf(text, separatorOf(text));
  const [head] = all;
  if (!head) return { columns: [], rows: [] };
  const names = namesIn(head.cells);
  if (names.includes('url')) return { columns: once(head.cells.map((name, at) => ({ name, field: names[at] }))), rows: all.slice(1) };
  return { columns: once(guessed(head.cells)), rows: all };
}

/** Each field once: the first column that is called so. */
function once(columns) {
  const seen = new Set();
  return columns.map(({ name, field }) => {
    if (!field || seen.has(field)) return { name, field: null };
    seen.add(field);
    return { name, field };
  });
}

/** Without names: the address, what looks like a slug beside it, and a title. */
function guessed(cells) {
  const at = Math.max(0, cells.findIndex((cell) => /^https?:\/\//i.test(cell)));
  const others = cells.map((cell, index) => (index === at ? null : cell));
  const slug = others.findIndex((cell) => cell && !problemOfSlug(cell));
  const title = others.findIndex((cell, index) => cell !== null && index !== slug);
  return cells.map((_, index) => ({
    name: `Column ${index + 1}`, field: { [at]: 'url', [slug]: 'slug', [title]: 'title' }[index] ?? null,
  }));
}

// Links.

const times = ['starts_at', 'expires_at'];
const switches = ['disabled', 'archived', 'indexable'];
const lengths = {
  title: 255, notes: 2000, external_id: 255, utm_source: 255, utm_medium: 255, utm_campaign: 255, utm_term: 255, utm_content: 255,
};

/** The rows as links: `{ line, link, problems }`. `shared` is `{ domain, tags }` for those that have none of their own. */
export function linksOf({ columns, rows }, shared) {
  const seen = new Map();
  return rows.map(({ line, cells }) => {
    const given = Object.fromEntries(columns.flatMap(({ field }, at) => (field && cells[at] ? [[field, asWritten(cells[at])]] : [])));
    const problems = [];
    const link = linkOf(given, shared, problems);
    const place = link.slug && `${link.domain ?? ''}/${link.slug}`;
    if (place && seen.has(place)) problems.push(`Line ${seen.get(place)} has the same slug.`);
    else if (place) seen.set(place, line);
    return { line, link, problems };
  });
}

/** A cell without the apostrophe that has kept a spreadsheet from running it. */
const asWritten = (cell) => (/^' *[=+\-@]/.test(cell) ? cell.slice(1) : cell);

function linkOf(given, shared, problems) {
  const link = {};
  const put = (name, value, problem = null) => {
    link[name] = value;
    if (problem) problems.push(problem);
  };
  put('url', given.url ?? '', problemOfURL(given.url ?? ''));
  if (given.slug) put('slug', given.slug.normalize('NFC'), problemOfSlug(given.slug));
  if (given.domain ?? shared.domain) put('domain', given.domain?.toLowerCase() ?? shared.domain);
  const tags = [...new Set([...tagsOf(given.tags ?? ''), ...shared.tags])];
  if (tags.length > 0) put('tags', tags, problemOfTags(tags));
  for (const name of times) if (given[name]) put(name, momentOf(given[name]), momentOf(given[name]) ? null : timeHelp(name));
  if (/^(true|yes|1)$/i.test(given.password_protected ?? '')) problems.push('It has a password, which no file has: make this link by its form.');
  for (const name of switches) if (given[name]) put(name, /^(true|yes|1|x)$/i.test(given[name]));
  for (const name of ['max_clicks', 'redirect_status']) if (given[name]) put(name, Number(given[name]), problemOfNumber(name, given[name]));
  if (given.expired_url) put('expired_url', given.expired_url, problemOfURL(given.expired_url, fields.expired_url.label));
  for (const [name, most] of Object.entries(lengths)) {
    if (!given[name]) continue;
    const isLong = [...given[name]].length > most;
    put(name, given[name], isLong ? `${fields[name].label}: use at most ${most} characters.` : null);
  }
  return link;
}

/** With signs between them; as a list of JSON where a tag has such a sign, as the API's files have it. */
function tagsOf(text) {
  try {
    const list = text.startsWith('[') ? JSON.parse(text) : null;
    if (Array.isArray(list)) return list.map(String);
  } catch {
    // A tag that begins so.
  }
  return text.split(/[,;|]/).map((tag) => tag.trim()).filter(Boolean);
}

function problemOfTags(tags) {
  if (tags.length > 20) return 'A link has at most 20 tags.';
  return tags.some((tag) => [...tag].length > 50) ? 'A tag has at most 50 characters.' : null;
}

/** An address that only lacks its beginning. */
export const lacksScheme = (url) => /^[\w-]+(\.[\w-]+)+([/?#:]|$)/.test(url);

function problemOfURL(url, name = 'Destination') {
  if (!url) return `${name}: there is none.`;
  if (lacksScheme(url)) return `${name}: https:// is missing before it.`;
  if (!/^https?:\/\/[^/?#@\s]/i.test(url)) return `${name}: write an address of the web, with https:// before it.`;
  if (/\s/.test(url)) return `${name}: it has a space. Write it as %20.`;
  return url.length > 8192 ? `${name}: it is longer than 8,192 characters.` : null;
}

function problemOfSlug(slug) {
  if ([...slug].length > 100) return 'Slug: use at most 100 characters.';
  if (/^[_.]/.test(slug)) return 'Slug: begin with a letter, a digit, - or ~.';
  if (/\.qr$/i.test(slug)) return 'Slug: it cannot end in .qr.';
  const wrong = /[\s\u0000-,/:-@[-^`{-}\u007f]/.exec(slug);
  return wrong ? `Slug: “${wrong[0]}” cannot be in it.` : null;
}

function problemOfNumber(name, text) {
  if (name === 'redirect_status') return /^30[1278]$/.test(text) ? null : 'Redirect status: use 301, 302, 307 or 308.';
  return /^[1-9]\d{0,9}$/.test(text) && Number(text) <= 2_000_000_000 ? null : 'Most clicks: write a number from 1.';
}

const timeHelp = (name) => `${fields[name].label}: write a time as 2026-12-31 18:00, or with an offset to UTC.`;

/** A day or a time of the user's zone, or one with its own offset; null for what is none. */
function momentOf(text) {
  const [, day, clock, rest] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text) ?? [];
  const told = new Date(`${day}T${clock ?? '00:00'}Z`);
  if (Number.isNaN(told.getTime()) || !told.toISOString().startsWith(day)) return null;
  return rest ? new Date(text.replace(' ', 'T')).toISOString().replace('.000Z', 'Z') : timeOfField(`${day}T${clock ?? '00:00'}`);
}

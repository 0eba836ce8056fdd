// What is asked of the list of links: the words of its search, and the query that they are.

import { timeOfField } from './page.js';

/** What can become of a link, as the API tells it. */
export const states = ['active', 'scheduled', 'expired', 'disabled', 'archived', 'deleted'];

const pattern = /(tag|domain|state|created):(?:"((?:[^"\\]|\\.)*)"?|(\S*))|\S+/giu;

/** The terms of a search, `{ text, name, value }`. A word that narrows nothing has no name. */
export function termsOf(text) {
  return [...text.matchAll(pattern)].map(([whole, name, quoted, plain]) => ({
    text: whole, name: name?.toLowerCase() ?? null, value: quoted?.replace(/\\(.)/g, '$1') ?? plain ?? whole,
  }));
}

const valuesOf = (terms, name) => terms.filter((term) => term.name === name && term.value).map((term) => term.value);

/** The query of the API. Of several states, and of several domains, the last one holds. */
export function queryOf({ text, sort }) {
  const terms = termsOf(text);
  return {
    search: valuesOf(terms, null).join(' ') || null, tag: valuesOf(terms, 'tag'), domain: valuesOf(terms, 'domain').at(-1) ?? null,
    state: stateOf(text), ...windowOf(terms), sort: sort === 'clicks' ? sort : null,
  };
}

/** The same as the filter of what changes all that match: names with values only. */
export function filterOf(asked) {
  const { sort, ...filter } = queryOf(asked);
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== null && value.length !== 0));
}

// The time of creation: created:2026-11, created:>2026-11-01, created:2026-11-01..2026-11-15. Days are those of the user's zone.

const dayPattern = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/;

/** The first moment of a year, a month or a day, and the first one after it, in milliseconds; null for what is none. */
function spanOf(text) {
  const [, year, month, day] = dayPattern.exec(text) ?? [];
  if (!year) return null;
  const at = (y, m, d) => new Date(Date.UTC(y, m - 1, d));
  const first = at(year, month ?? 1, day ?? 1);
  if (first.getUTCMonth() + 1 !== Number(month ?? 1) || first.getUTCDate() !== Number(day ?? 1)) return null;
  const next = day ? at(year, month, Number(day) + 1) : month ? at(year, Number(month) + 1, 1) : at(Number(year) + 1, 1, 1);
  return [first, next].map((date) => Date.parse(timeOfField(`${date.toISOString().slice(0, 10)}T00:00`)));
}

/** What one word says: from when on, and before when; null for what says nothing. */
function boundsOf(value) {
  const [, sign, from, to] = /^(>=?|<=?)?([\d-]*?)(?:\.\.([\d-]*))?$/.exec(value) ?? [];
  const isRange = value.includes('..');
  if (isRange && (sign || !(from || to))) return null;
  const [start, end] = [from, isRange ? to : from].map((text) => text && spanOf(text));
  if ((from && !start) || (isRange && to && !end) || (!isRange && !start)) return null;
  if (isRange) return { from: start?.[0] ?? null, before: end?.[1] ?? null };
  const [first, next] = start;
  return {
    from: sign === '>' ? next : sign === '<' || sign === '<=' ? null : first,
    before: sign === '<' ? first : sign === '>' || sign === '>=' ? null : next,
  };
}

/** All words have to hold. The API takes what was created later than a moment: a millisecond before the first one. */
function windowOf(terms) {
  const bounds = valuesOf(terms, 'created').map(boundsOf).filter(Boolean);
  const [froms, befores] = ['from', 'before'].map((name) => bounds.map((one) => one[name]).filter((at) => at !== null));
  return {
    created_after: froms.length > 0 ? new Date(Math.max(...froms) - 1).toISOString() : null,
    created_before: befores.length > 0 ? new Date(Math.min(...befores)).toISOString() : null,
  };
}

/** What is wrong with a search, as a sentence; null where it can be asked. */
export function mistakeIn(text) {
  const terms = termsOf(text);
  const state = stateOf(text);
  if (state && !states.includes(state)) return `No state is called “${state}”. There are ${states.join(', ')}.`;
  const created = valuesOf(terms, 'created').find((value) => !boundsOf(value));
  return created ? `“${created}” is no time. Write created:2026-11, created:>2026-11-01 or created:2026-11-01..2026-11-15.` : null;
}

/** The state that a search asks for; null for all but archived ones. */
export const stateOf = (text) => valuesOf(termsOf(text), 'state').at(-1)?.toLowerCase() ?? null;

/** The search without some of its terms. */
export const without = (text, isGone) => termsOf(text).filter((term) => !isGone(term)).map((term) => term.text).join(' ');

/** The search with another state, or with none. */
export const withState = (text, state) => joined(without(text, ({ name }) => name === 'state'), state && `state:${state}`);

/** The search with a tag more. */
export function withTag(text, tag) {
  const isThere = valuesOf(termsOf(text), 'tag').includes(tag);
  return isThere ? text : joined(text, /[\s"\\]/.test(tag) ? `tag:"${tag.replace(/["\\]/g, '\\$&')}"` : `tag:${tag}`);
}

const joined = (...parts) => parts.filter(Boolean).join(' ');

// The address has it all, so that a reload, a bookmark and "back" lead to the same list.

export function askedIn(address) {
  const given = new URL(address).searchParams;
  return { text: given.get('q') ?? '', sort: given.get('sort') === 'clicks' ? 'clicks' : 'created_at' };
}

export function addressOf({ text, sort }) {
  const given = new URLSearchParams([...(text.trim() ? [['q', text]] : []), ...(sort === 'clicks' ? [['sort', sort]] : [])]);
  return location.pathname + (given.size > 0 ? `?${given}` : '');
}

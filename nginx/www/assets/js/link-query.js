// What is asked of the list of links: the words of its search, and the query that they are.

/** What can become of a link, as the API tells it. */
export const states = ['active', 'scheduled', 'expired', 'disabled', 'archived', 'deleted'];

const pattern = /(tag|domain|state):(?:"([^"]*)"?|(\S*))|\S+/giu;

/** The terms of a search, `{ text, name, value }`. A word that narrows nothing has no name. */
export function termsOf(text) {
  return [...text.matchAll(pattern)].map(([whole, name, quoted, plain]) => ({
    text: whole, name: name?.toLowerCase() ?? null, value: quoted ?? plain ?? whole,
  }));
}

const valuesOf = (terms, name) => terms.filter((term) => term.name === name && term.value).map((term) => term.value);

/** The query of the API. Of several states, and of several domains, the last one holds. */
export function queryOf({ text, sort }) {
  const terms = termsOf(text);
  return {
    search: valuesOf(terms, null).join(' ') || null, tag: valuesOf(terms, 'tag'), domain: valuesOf(terms, 'domain').at(-1) ?? null,
    state: stateOf(text), sort: sort === 'clicks' ? sort : null,
  };
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
  return isThere ? text : joined(text, /\s/.test(tag) ? `tag:"${tag}"` : `tag:${tag}`);
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

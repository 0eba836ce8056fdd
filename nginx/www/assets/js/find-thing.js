// A link or a page by its short address, as people know it. Loaded when somebody types one.

import { get } from './api.js';

/** `host/slug`, with or without https:// in front of it; a slug alone is of any host. */
function stepsOf(text) {
  if (!text.includes('/')) return { slug: text };
  const { hostname, pathname } = new URL(text.includes('://') ? text : `https://${text}`);
  return { host: hostname, slug: decodeURIComponent(pathname.slice(1)) };
}

/** A host that the workspace does not have is no error here: nothing is found there. */
const isAt = ({ host, slug }) => (one) => one.slug === slug && (!host || one.domain === host);

/** The link at an address; null where there is none. */
export async function linkAt(text) {
  const steps = stepsOf(text);
  const { data } = await get('/links', { search: steps.slug, limit: 100 });
  return data.data.find(isAt(steps)) ?? null;
}

/** A link or a page at an address, one that was deleted last; null where there is none. */
export async function thingAt(text) {
  const steps = stepsOf(text);
  const questions = [
    ['/links', { search: steps.slug, limit: 100 }], ['/bio-pages', { limit: 100 }],
    ['/links', { search: steps.slug, limit: 100, state: 'deleted' }],
  ];
  const answers = await Promise.allSettled(questions.map((question) => get(...question)));
  return answers.flatMap(({ value }) => value?.data.data ?? []).find(isAt(steps)) ?? null;
}

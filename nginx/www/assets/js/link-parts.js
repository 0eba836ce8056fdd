// What the screens of links have in common: tags with those that are in use, where links can be, and who may make them.

import { call, openDialog } from './api.js';
import { count, element } from './page.js';

/** Letters that come faster than this, in milliseconds, are one question. */
const pause = 200;
const suggested = 10;

export const tagsIn = (text) => [...new Set(text.split(',').map((tag) => tag.trim()).filter(Boolean))];

/** Asks which tags come to links, and which go from them; null where nothing is to change. */
export async function askForTags(whose) {
  const add = tagField('add-tags', 'Add');
  const remove = tagField('remove-tags', 'Take off');
  const given = await openDialog(`Tags of ${whose}`, (close) => [
    element('form', {
      method: 'dialog', submit: (event) => {
        event.preventDefault();
        close({ add_tags: tagsIn(add.value()), remove_tags: tagsIn(remove.value()) });
      },
    }, add.node, remove.node, element('p', { class: 'help' }, 'With commas between them: spring, newsletter.'),
    element('p', { class: 'actions' }, element('button', { class: 'main' }, 'Change the tags'),
      element('button', { type: 'button', click: close }, 'Cancel'))),
  ]);
  const changes = Object.fromEntries(Object.entries(given ?? {}).filter(([, tags]) => tags.length > 0));
  return Object.keys(changes).length > 0 ? changes : null;
}

function tagField(id, label) {
  const list = element('datalist', { id: `${id}-known` });
  const input = element('input', { id, name: id, list: list.id, autocomplete: 'off', dir: 'auto' });
  suggest(input, list);
  return { node: element('div', { class: 'field' }, element('label', { for: id }, label), input, list), value: () => input.value };
}

/** The tags in use that begin as what is typed after the last comma. */
export function suggest(input, list) {
  let timer = null;
  let last = null;
  const look = async () => {
    const [, before, prefix] = /^(.*,\s*)?(.*)$/.exec(input.value);
    if (prefix === last) return;
    last = prefix;
    const answer = await call({ path: '/tags', query: { prefix: prefix || null, limit: suggested } }).catch(() => null);
    if (!answer || last !== prefix) return;
    list.replaceChildren(...answer.data.data.map(({ tag, links }) => element('option', {
      value: `${before ?? ''}${tag}`, label: `${tag}, ${count(links)} ${links === 1 ? 'link' : 'links'}`,
    })));
  };
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  });
  input.addEventListener('focus', look);
}

// Hosts and roles.

/** The hosts of a workspace that links can be on. */
export function hostsOf({ app }, domains, current = null) {
  const own = (domains?.data.data ?? []).filter(({ status }) => status === 'verified').map(({ host }) => host);
  return [...new Set([new URL(app.link_url).hostname, ...own, ...(current ? [current] : [])])];
}

/** What is said to a role that has no place there. */
export const refusalOfLinks = ({ may, membership }) => (may('links:write') ? null
  : `You are ${membership.role} in ${membership.name}. Members, admins and owners make and change links.`);

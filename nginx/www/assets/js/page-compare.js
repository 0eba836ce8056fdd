// Two states of a page compared, member by member and block by block: what was added, removed, altered and moved.

import { element, table } from './page.js';
import { given, groups, kinds, labels, nameOf, told } from './page-content.js';

/** Where it is, and what it leads to, is not part of what was published. */
const compared = Object.keys(labels).filter((name) => !['slug', 'domain', 'blocks'].includes(name));

/** Rows `[what, part, before, after]` of texts. Nothing where both are the same. */
export function differences(before, after) {
  return [...compared.flatMap((name) => ofMember(name, before[name], after[name])), ...ofBlocks(before.blocks ?? [], after.blocks ?? [])];
}

/** The same as a table, or a sentence where there is nothing. */
export function differenceTable(before, after) {
  const rows = differences(before, after).map(([what, part, old, fresh]) => [what, element('bdi', {}, part), element('bdi', {}, old),
    element('bdi', {}, fresh)]);
  if (rows.length === 0) return element('p', { class: 'soft' }, 'Both say the same.');
  return table('What differs', ['What', 'Part', 'Before', 'After'], rows, { kind: 'sheet differences' });
}

const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** An image is named by nothing but its id. */
const words = (name, value) => (name === 'avatar' || name === 'image' ? value ?? '' : told(name, value)) || '–';

function ofMember(name, before, after) {
  const altered = (label, member, old, fresh) => ['Altered', label, words(member, old), words(member, fresh)];
  if (!(name in groups)) return same(before, after) ? [] : [altered(labels[name], name, before, after)];
  const [old, fresh] = [given(name, before), given(name, after)];
  return Object.entries(groups[name]).filter(([member]) => !same(old?.[member] || null, fresh?.[member] || null))
    .map(([member, label]) => altered(`${labels[name]}: ${label}`, member, old?.[member], fresh?.[member]));
}

// Blocks have no ids: those that say the same are the same, then those of one kind with the same title or address, then those that stand
// at the same place among the others of their kind.

function ofBlocks(before, after) {
  const pairs = matched(before, after);
  const kept = new Set(pairs.map(([old]) => old));
  const known = new Set(pairs.map(([, fresh]) => fresh));
  const steady = inOrder(pairs);
  const removed = before.flatMap((block, index) => (kept.has(index) ? []
    : [['Removed', `${index + 1}. ${nameOf(block)}`, detail(block), '–']]));
  const rest = after.flatMap((block, index) => {
    if (!known.has(index)) return [['Added', `${index + 1}. ${nameOf(block)}`, '–', detail(block)]];
    const pair = pairs.find(([, fresh]) => fresh === index);
    const moved = steady.has(pair) ? [] : [['Moved', nameOf(block), `place ${pair[0] + 1}`, `place ${index + 1}`]];
    return [...moved, ...ofBlock(before[pair[0]], block, index)];
  });
  return [...removed, ...rest];
}

/** What a block leads to is in its url, where it has one: publishing makes a link of its own for that. */
const own = (block) => ({ ...block, ...(block.url ? { link_id: null } : {}) });

const target = { name: 'link_id', label: 'Leads to the link' };

const fieldsOf = (block) => (kinds[block.type]?.fields ?? []).flatMap((field) => (field.kind === 'target' ? [field, target] : field));

function ofBlock(before, after, index) {
  const [old, fresh] = [own(before), own(after)];
  return fieldsOf(after).filter(({ name }) => !same(old[name] || null, fresh[name] || null))
    .map(({ name, label }) => [
      'Altered', `${index + 1}. ${nameOf(after)}: ${label}`, words(name, old[name]), words(name, fresh[name]),
    ]);
}

const detail = (block) => fieldsOf(block).map(({ name }) => [name, own(block)[name]]).filter(([, value]) => value)
  .map(([name, value]) => words(name, value)).join(', ') || '–';

/** Members by which a block that was altered is known again. */
const telling = ['title', 'url', 'link_id', 'text', 'address', 'number', 'name', 'image'];

function matched(before, after) {
  const pairs = [];
  const take = (isSame) => {
    for (const [fresh, block] of after.entries()) {
      if (pairs.some((pair) => pair[1] === fresh)) continue;
      const isFree = (index) => !pairs.some((pair) => pair[0] === index);
      const old = before.findIndex((one, index) => one.type === block.type && isSame(one, block) && isFree(index));
      if (old >= 0) pairs.push([old, fresh]);
    }
  };
  take((one, other) => key(one) === key(other));
  take((one, other) => telling.some((name) => own(one)[name] && own(one)[name] === own(other)[name]));
  take(() => true);
  return pairs.sort(([, one], [, other]) => one - other);
}

const key = (block) => JSON.stringify(Object.entries(own(block)).filter(([, value]) => value).sort());

/** The longest part of the pairs, in the order of now, that had the same order before: what is not in it was moved. */
function inOrder(pairs) {
  const best = pairs.map((pair) => [pair]);
  for (const [index, [old]] of pairs.entries()) {
    for (let earlier = 0; earlier < index; earlier += 1) {
      if (pairs[earlier][0] < old && best[earlier].length + 1 > best[index].length) best[index] = [...best[earlier], pairs[index]];
    }
  }
  return new Set(best.reduce((longest, one) => (one.length > longest.length ? one : longest), []));
}

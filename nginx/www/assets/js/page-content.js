// What a bio page is made of: its members, its kinds of block, and each of them told in a few words.

import { shown } from './page.js';

/** Members of a page that are edited, with what each is called. */
export const labels = {
  title: 'Title', description: 'Description', slug: 'Slug', domain: 'Domain', language: 'Language', avatar: 'Portrait', theme: 'Theme',
  colors: 'Colours', seo: 'Search engines', social_card: 'Card in chats', blocks: 'Blocks',
};

/** Members that are objects, with their own members. The API gives null for one that has nothing in it, or the object. */
export const groups = {
  colors: { accent: 'Accent', background: 'Background', text: 'Text' },
  seo: { title: 'Title', description: 'Description', noindex: 'Not in search engines' },
  social_card: { title: 'Title', description: 'Description', image: 'Image' },
};

const line = (name, label, more = {}) => ({ name, label, kind: 'line', maxlength: 255, ...more });
const must = { required: true };

/** The kinds of block, as the API has them, with their fields in the order of the form. */
export const kinds = {
  link: {
    name: 'Link', fields: [
      line('title', 'Title', must), { name: 'url', label: 'Leads to', kind: 'target', required: true },
      { name: 'image', label: 'Image', kind: 'image' },
      { name: 'starts_at', label: 'Shows from', kind: 'time' }, { name: 'ends_at', label: 'Shows until', kind: 'time' },
    ],
  },
  heading: { name: 'Heading', fields: [line('text', 'Text', must)] },
  text: { name: 'Text', fields: [{ name: 'text', label: 'Text', kind: 'lines', maxlength: 5000, rows: 5, required: true }] },
  image: {
    name: 'Image', fields: [
      { name: 'image', label: 'Image', kind: 'image', required: true },
      line('alt', 'What it shows', { help: 'For those who cannot see it.', isText: true }),
    ],
  },
  social: { name: 'Profiles', fields: [{ name: 'profiles', label: 'Profiles', kind: 'profiles', required: true }] },
  email: {
    name: 'E-mail', fields: [line('address', 'Address', { ...must, maxlength: 254, inputmode: 'email' }), line('title', 'Shown as')],
  },
  phone: { name: 'Phone', fields: [line('number', 'Number', { ...must, maxlength: 32, inputmode: 'tel' }), line('title', 'Shown as')] },
  contact: {
    name: 'Contact', fields: [
      line('name', 'Name', must), line('organization', 'Organization'), line('job_title', 'Job title'), line('address', 'Postal address'),
      line('email', 'E-mail', { maxlength: 254, inputmode: 'email' }), line('phone', 'Phone', { maxlength: 32, inputmode: 'tel' }),
      line('url', 'Website', { maxlength: 8192, inputmode: 'url' }),
    ],
  },
  qr: { name: 'QR code', fields: [{ name: 'link_id', label: 'Leads to', kind: 'link' }, line('caption', 'Caption')] },
  divider: { name: 'Divider', fields: [] },
};

/** A block with nothing in it, in the API's terms. */
export function newBlock(type) {
  const block = { type };
  for (const { name, isText } of kinds[type].fields) block[name] = isText ? '' : null;
  if (type === 'social') block.profiles = [{ network: 'website', url: '' }];
  if (type === 'link') block.link_id = null;
  return block;
}

const texts = {
  link: ({ title, url }) => title || url, heading: ({ text }) => text, text: ({ text }) => text, image: ({ alt }) => alt,
  social: ({ profiles }) => (profiles ?? []).map(({ network }) => network).join(', '), email: ({ title, address }) => title || address,
  phone: ({ title, number }) => title || number, contact: ({ name }) => name, qr: ({ caption }) => caption, divider: () => '',
};

const longest = 60;

/** What a block says, cut where it goes on; '' where it says nothing. */
export function textOf(block) {
  const text = (texts[block.type]?.(block) ?? '').replace(/\s+/g, ' ').trim();
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

/** Link “My notes” */
export function nameOf(block) {
  const text = textOf(block);
  return (kinds[block.type]?.name ?? block.type) + (text && ` “${text}”`);
}

/** What the form has of a page: of two pages that are the same the same texts as JSON. */
export const valuesOf = (page) => Object.fromEntries(Object.keys(labels).map((name) => [name, valueOf(name, page[name])]));

const valueOf = (name, value) => (name === 'blocks' ? value.map(whole) : name in groups ? given(name, value) : value || null);

/** A block with its members in the order of a new one. */
const whole = (block) => ({ ...newBlock(block.type), ...block });

/** A group with all its members, null where none is given. */
export function given(name, group) {
  const empty = (member) => (member === 'noindex' ? false : null);
  const all = Object.keys(groups[name]).map((member) => [member, group?.[member] || empty(member)]);
  return all.some(([, value]) => value) ? Object.fromEntries(all) : null;
}

/** A value in words: the members of a group by name, blocks in their order. */
export function told(name, value) {
  if (value === null || value === undefined || value === '') return '';
  if (name === 'blocks') return value.map((block, index) => `${index + 1}. ${nameOf(block)}`).join('; ');
  if (name in groups) {
    const given = Object.entries(value).filter(([, one]) => one);
    return given.map(([member, one]) => `${groups[name][member]}: ${told(member, one)}`).join('; ');
  }
  if (name === 'profiles') return value.map(({ network, url }) => `${network} ${url}`).join(', ');
  if (name.endsWith('_at')) return shown(value);
  return value === true ? 'yes' : String(value);
}

// Fields that only pages have: images, links of MASK, profiles of networks, themes side by side, colours.

import { call } from './api.js';
import { button, element, find, fieldValue, linkName, options, svg, timeOfField, wordsOf, zone } from './page.js';

/** Answers by path, so that a name is asked for once. */
const known = new Map();

export function ask(path) {
  if (!known.has(path)) known.set(path, call({ path }).then(({ data }) => data, () => null));
  return known.get(path);
}

export const know = (path, thing) => known.set(path, Promise.resolve(thing));

// A field with its label, help and place for an error.

/** `control` is what is labelled: one element, or a group with buttons in it. */
function labelled({ id, label, help }, control, isGroup = false) {
  const helpLine = help && element('p', { class: 'help', id: `${id}-help` }, help);
  if (!isGroup) return element('div', { class: 'field' }, element('label', { for: id }, label), helpLine, control);
  return element('div', { class: 'field', role: 'group', 'aria-labelledby': `${id}-label` },
    element('span', { class: 'label', id: `${id}-label` }, label), helpLine, control);
}

/**
 * A field for a member of a block. `field` is as page-content.js has it, with an `id`; `block` has its value; `changed()` runs after
 * the block got another one. Every control names its member in `data-member`, for errors to find it.
 */
export const makers = {
  line: (field, block, changed) => textField('input', field, block, changed),
  lines: (field, block, changed) => textField('textarea', field, block, changed),

  time(field, block, changed) {
    const input = element('input', {
      id: field.id, type: 'datetime-local', value: fieldValue(block[field.name]), 'data-member': field.name,
      'aria-describedby': `${field.id}-help`,
      input: () => changed(block[field.name] = timeOfField(input.value)),
    });
    return labelled({ ...field, help: `In your zone, ${zone()}. Empty: always.` }, input);
  },

  image: (field, block, changed) => labelled(field, imageControl(field, block[field.name], (id) => changed(block[field.name] = id)), true),
  link: (field, block, changed) => labelled(field, linkControl(field, block, changed, 'This page itself'), true),

  /** An address of the web, or a link of MASK in its place. */
  target(field, block, changed) {
    const place = element('div');
    const take = (link) => {
      [block.link_id, block.url] = [link.id, null];
      redraw();
    };
    const address = () => element('div', { class: 'stack' },
      textField('input', { ...field, maxlength: 8192, inputmode: 'url' }, block, changed),
      element('p', {}, button('Choose a link of MASK', () => choose('chooseLink', take))));
    const draw = () => place.replaceChildren(block.link_id ? labelled(field, linkControl(field, block, redraw), true) : address());
    const redraw = () => {
      changed();
      draw();
      find('button, input', place).focus();
    };
    draw();
    return place;
  },

  profiles(field, block, changed) {
    const list = element('div', { class: 'profiles' });
    const draw = () => {
      const rows = block.profiles.map((profile, index) => profileRow(`${field.id}-${index}`, block.profiles, index, again));
      list.replaceChildren(...rows, element('p', {}, button('Add a profile', add)));
    };
    const again = (isOther) => {
      changed();
      if (isOther) draw();
    };
    const add = () => {
      block.profiles.push({ network: 'website', url: '' });
      again(true);
      find(`#${field.id}-${block.profiles.length - 1}`, list).focus();
    };
    draw();
    return labelled(field, list, true);
  },
};

/** `changed(isOther)` runs after a change; with true where there are other rows now. */
function profileRow(id, profiles, index, changed) {
  const profile = profiles[index];
  const note = (name) => ({ target }) => {
    profile[name] = target.value.trim();
    changed(false);
  };
  const network = element('select', { id, 'data-member': `profiles/${index}/network`, input: note('network') },
    ...options(networks, profile.network));
  const url = element('input', {
    id: `${id}-url`, value: profile.url, inputmode: 'url', maxlength: 8192, 'data-member': `profiles/${index}/url`, input: note('url'),
  });
  const remove = () => {
    profiles.splice(index, 1);
    changed(true);
  };
  return element('div', { class: 'pair' }, labelled({ id, label: 'Network' }, network),
    labelled({ id: `${id}-url`, label: 'Address' }, url),
    profiles.length > 1 ? button('Remove', remove, { label: `Remove the profile ${index + 1}` }) : null);
}

function textField(kind, field, block, changed) {
  const { id, name, maxlength, rows, inputmode, required, isText, help } = field;
  const input = element(kind, {
    id, maxlength, rows, inputmode, required, dir: 'auto', autocomplete: 'off', 'data-member': name,
    'aria-describedby': help && `${id}-help`,
    input: () => changed(block[name] = input.value.trim() === '' && !isText ? null : input.value),
  });
  input.value = block[name] ?? '';
  return labelled(field, input);
}

const networks = ['bluesky', 'discord', 'facebook', 'github', 'gitlab', 'instagram', 'linkedin', 'mastodon', 'medium', 'patreon',
  'pinterest', 'reddit', 'rss', 'signal', 'snapchat', 'soundcloud', 'spotify', 'substack', 'telegram', 'threads', 'tiktok', 'twitch',
  'website', 'whatsapp', 'x', 'youtube'];

/** The lists to choose from are loaded when somebody chooses. */
async function choose(name, use) {
  const dialogs = await import('./page-choose.js');
  const chosen = await dialogs[name]();
  if (chosen) use(chosen);
}

/** The first button is what an error of the member leads to. */
function mark(place, id, member) {
  const first = find('button', place);
  first.id = id;
  first.dataset.member = member;
}

// Images.

/** The picture on this host: screens load none from another. */
export const pictureAddress = ({ image_url: address }) => new URL(address).pathname;

/** An image with buttons to choose another one or none; `use(id)` gets the new one. */
export function imageControl({ id, name, label }, value, use) {
  const place = element('div', { class: 'chosen' });
  const put = (next) => {
    use(next);
    draw(next);
    find('button', place).focus();
  };
  const draw = (current) => {
    const picture = element('span', { class: 'thumb' });
    if (current) showPicture(picture, current);
    place.replaceChildren(picture,
      button(current ? 'Choose another' : 'Choose an image', () => choose('chooseImage', (image) => put(image.id)),
        { label: `${label}: ${current ? 'choose another' : 'choose an image'}` }),
      ...(current ? [button('Take it off', () => put(null), { label: `${label}: take it off` })] : []));
    mark(place, id, name);
  };
  draw(value);
  return place;
}

async function showPicture(place, id) {
  const image = await ask(`/images/${id}`);
  place.replaceChildren(image ? element('img', { src: pictureAddress(image), alt: '', width: 64, height: 64 }) : 'gone');
}

// Links of MASK.

function linkControl({ id, name }, block, changed, none = null) {
  const place = element('div', { class: 'chosen' });
  const put = (link) => {
    block.link_id = link;
    changed();
    if (!none) return;
    draw();
    find('button', place).focus();
  };
  const draw = () => {
    const text = element('span', { class: 'final' }, block.link_id ? '…' : none);
    if (block.link_id) showLink(text, block.link_id);
    place.replaceChildren(text,
      button(block.link_id ? 'Choose another' : 'Choose a link of MASK', () => choose('chooseLink', (link) => put(link.id))),
      ...(block.link_id ? [button(none ?? 'An address instead', () => put(null))] : []));
    mark(place, id, name === 'url' ? 'link_id' : name);
  };
  draw();
  return place;
}

async function showLink(place, id) {
  const link = await ask(`/links/${id}`);
  place.replaceChildren(...(link ? linkName(link) : ['A link that is gone']));
}

// Themes and colours.

/** Those that MASK comes with: background, text and accent, by day and by night. */
const themes = {
  paper: [['#f7f3ea', '#221e18', '#a5321e'], ['#191714', '#ece5d8', '#f0937e']],
  poster: [['#ffffff', '#0a0a0a', '#ff4b1f'], ['#0a0a0a', '#fafafa', '#ff4b1f']],
  bloom: [['#fdf4f6', '#2b1a2c', '#b83280'], ['#17121c', '#f6edf7', '#f59ac6']],
  terminal: [['#fbfcf9', '#17211a', '#0a7a3d'], ['#0f1512', '#d5e6d9', '#5ee38f']],
};

/** Themes side by side, each drawn in the colours it would have; `other`, the name of one that this installation has added. */
export function themeChoices(other, colors = {}) {
  const names = Object.keys(themes);
  if (other && !names.includes(other)) names.push(other);
  return names.map((name) => element('label', { class: 'theme' },
    sketch(themes[name] ?? themes.paper, colors),
    element('span', {}, element('input', { type: 'radio', name: 'theme', id: `theme-${name}`, value: name }), wordsOf(name))));
}

/** The left half as visitors see it by day, the right one by night. Own colours of a page hold for both. */
function sketch(both, { accent, background, text }) {
  const halves = both.flatMap(([ground, ink, mark], index) => {
    const x = index * 60;
    const box = (top, left, width, height, fill) => svg('rect', { x: x + left, y: top, width, height, fill });
    const ownInk = background && text ? text : ink;
    return [
      box(0, 0, 60, 88, background && text ? background : ground), box(10, 8, 30, 7, ownInk), box(20, 8, 12, 3, accent ?? mark),
      ...[34, 50, 66].map((top) => box(top, 8, 44, 1, ownInk)), ...[40, 56, 72].map((top) => box(top, 8, 26, 4, ownInk)),
      ...[40, 56, 72].map((top) => box(top, 46, 6, 4, accent ?? mark)),
    ];
  });
  return svg('svg', { viewBox: '0 0 120 88', 'aria-hidden': 'true' }, ...halves);
}

const hex = /^#[0-9a-f]{6}$/i;

/** Beside each field for a colour the browser's own choice of colours; below them whether they can be read. */
export function prepareColors(form, changed) {
  for (const name of ['accent', 'background', 'text']) {
    const field = form.elements[`color_${name}`];
    const picker = element('input', {
      type: 'color', 'aria-label': `Choose the colour: ${name}`, input: () => {
        field.value = picker.value;
        field.dispatchEvent(new Event('input', { bubbles: true }));
      },
    });
    field.after(picker);
    field.addEventListener('input', changed);
  }
}

/** After values were put into the form. */
export function showColors(form) {
  const values = ['accent', 'background', 'text'].map((name) => form.elements[`color_${name}`].value.trim());
  for (const [index, name] of ['accent', 'background', 'text'].entries()) {
    const picker = form.elements[`color_${name}`].nextElementSibling;
    picker.value = hex.test(values[index]) ? values[index] : '#888888';
    picker.classList.toggle('off', !hex.test(values[index]));
  }
  const [, background, text] = values;
  const isBoth = hex.test(background) && hex.test(text);
  const none = 'Empty: those of the theme, which has some for the day and some for the night.';
  find('[data-part=contrast]', form).textContent = isBoth ? contrastLine(background, text)
    : background || text ? 'Background and text go together.' : none;
}

function contrastLine(background, text) {
  const [low, high] = [brightness(background), brightness(text)].sort((one, other) => one - other);
  const ratio = (high + 0.05) / (low + 0.05);
  const verdict = ratio < 4.5 ? 'Too little to read: it has to be 4.5.' : 'It can be read.';
  return `Contrast of text and background: ${ratio.toFixed(1)} to 1. ${verdict}`;
}

/** Relative luminance, as WCAG 2 has it. */
function brightness(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

// The editor of a page: its draft in a form, the preview of what is saved beside it, and what visitors see told apart from both.

import { act, Cancelled, newRepeat, noticeOf, Problem, send } from './api.js';
import { connect, Draft, Edited } from './form.js';
import {
  addressIn, button, element, find, findAll, fromTemplate, lastStep, leaveMessage, linkName, part, say, shownWithZone, webAddress,
  workspace,
} from './page.js';
import { Blocks } from './page-blocks.js';
import { given, labels, nameOf, told, valuesOf } from './page-content.js';
import { imageControl, prepareColors, showColors, themeChoices } from './page-fields.js';
import { addKeys, reload, screen } from './screen.js';

const request = { path: `/bio-pages/${lastStep}` };
const step = (name) => ({ method: 'POST', path: `${request.path}/${name}`, body: {} });
const previewAddress = addressIn(workspace, `pages/${lastStep}/preview`);
/** The page in the form; null for who may only look. */
let edited = null;

drawPreview();
screen({
  title: 'Edit page', place: 'Pages', show, curl: () => [edited?.patch() ?? request], requests: { page: request },
  allowed: ({ may, membership }) => (may('pages:read') ? null : `You are ${membership.role} in ${membership.name}, who do not see pages.`),
});

// The preview: a document of this host in which no script runs and whose links lead nowhere.

/** Asks for it anew. A frame that is another one adds no step to the history. */
function drawPreview() {
  const frame = find('#preview iframe');
  const fresh = frame.cloneNode();
  fresh.src = previewAddress;
  frame.replaceWith(fresh);
  Object.assign(find('#preview a'), { href: previewAddress, target: '_blank', rel: 'noopener' });
}

document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
  if (effectiveDirective !== 'frame-src') return;
  drawPreview();
  say('Links of the preview lead nowhere. Open it alone to follow them.');
});

function show(context, { page }) {
  find('#preview').hidden = false;
  find('h1').textContent = page.data.title;
  document.title = `${page.data.title} · ${document.title}`;
  if (context.may('pages:write')) new Editor(context, page);
  else showOnly(context, page.data);
}

/** What a viewer sees beside the preview. */
function showOnly({ body }, page) {
  const root = fromTemplate('look');
  showHead(root, page);
  part(root, 'publication').replaceChildren(...publicationOf(page));
  part(root, 'blocks').append(...page.blocks.map((block) => element('li', {}, nameOf(block))));
  body.append(root);
}

function showHead(root, page) {
  const name = part(root, 'name');
  name.replaceChildren(...linkName(page, page.published ? '' : 'off'));
  if (page.published) name.href = webAddress(page.page_url) ?? '';
  else name.removeAttribute('href');
  part(root, 'made').textContent = `Saved ${shownWithZone(page.updated_at)}.`;
  for (const place of ['versions', 'analytics']) part(root, place).href = addressIn(workspace, `pages/${lastStep}/${place}`);
}

/** What visitors see, and how the draft differs from that. */
function publicationOf(page) {
  const line = (state, text) => element('p', {}, element('strong', {}, state), ` ${text}`);
  if (!page.published) return [line('Draft.', `Visitors find nothing at ${page.domain}/${page.slug}.`)];
  const since = `version ${page.published_version} since ${shownWithZone(page.published_at)}`;
  if (!page.has_unpublished_changes) return [line('Published.', `Visitors see this draft: ${since}.`)];
  const fold = element('details', { class: 'fold' }, element('summary', {}, 'What is not published'));
  fold.addEventListener('toggle', () => fold.childElementCount > 1 || showDifferences(fold, page));
  return [line('Published, and the draft is another one.', `Visitors see ${since}.`), fold];
}

async function showDifferences(fold, page) {
  const place = fold.appendChild(element('div'));
  try {
    const { differenceTable } = await import('./page-compare.js');
    const { data } = await send({ path: `${request.path}/versions/${page.published_version}` });
    place.append(differenceTable(data.content, page));
  } catch (problem) {
    place.append(noticeOf(problem));
  }
}

/** The actions of the screen, before those that every screen has. */
function offer(...nodes) {
  for (const node of findAll('#actions .own')) node.remove();
  for (const node of nodes) node.classList.add('own');
  find('#actions').prepend(...nodes);
}

class Editor {
  #context;
  #root = fromTemplate('form');
  #form = find('form', this.#root);
  #blocks;
  #draft = new Draft(() => this.#drawParts());
  #save;
  #isToBePublished = false;

  constructor(context, answer) {
    this.#context = context;
    context.body.append(this.#root);
    const { elements } = this.#form;
    elements.domain.append(element('option', {}, answer.data.domain));
    part(this.#root, 'place').addEventListener('toggle', () => this.#loadHosts(), { once: true });
    this.#blocks = new Blocks(part(this.#root, 'blocks'), elements.blocks);
    prepareColors(this.#form, () => this.#drawLook());
    edited = new Edited(answer, { request, labels, told, valuesOf, read: () => this.#read(), show: (values) => this.#show(values) });
    this.#save = connect(this.#form, {
      edited, draft: this.#draft, request: () => edited.patch(), check: () => this.#blocks.check(),
      handle: (problem) => this.#handle(problem), done: (saved) => this.#taken(saved, 'Saved. Visitors see it once it is published.'),
    }).submit;
    this.#form.addEventListener('input', () => this.#drawUnsaved());
    this.#drawAll();
  }

  // The form and the draft.

  #read() {
    const { elements } = this.#form;
    const value = (name) => elements[name].value;
    const text = (name) => value(name).trim() || null;
    return {
      title: value('title'), description: value('description') || null, slug: value('slug').trim(), domain: value('domain'),
      language: text('language') ?? 'en', avatar: text('avatar'), theme: elements.theme.value,
      colors: given('colors', { accent: text('color_accent'), background: text('color_background'), text: text('color_text') }),
      seo: given('seo', { title: text('seo_title'), description: text('seo_description'), noindex: elements.noindex.checked }),
      social_card: given('social_card', { title: text('card_title'), description: text('card_description'), image: text('card_image') }),
      blocks: this.#blocks.read(),
    };
  }

  #show(page) {
    const { elements } = this.#form;
    const values = {
      title: page.title, description: page.description, slug: page.slug, domain: page.domain, language: page.language, avatar: page.avatar,
      color_accent: page.colors?.accent, color_background: page.colors?.background, color_text: page.colors?.text,
      seo_title: page.seo?.title, seo_description: page.seo?.description, card_title: page.social_card?.title,
      card_description: page.social_card?.description, card_image: page.social_card?.image, blocks: JSON.stringify(page.blocks),
    };
    for (const [name, value] of Object.entries(values)) elements[name].value = value ?? '';
    elements.noindex.checked = page.seo?.noindex ?? false;
    this.#drawThemes(page.theme);
    this.#drawParts();
  }

  /** What stands beside the fields, after values were put into them. */
  #drawParts() {
    this.#blocks.show();
    this.#drawLook();
    this.#drawImage('avatar', 'avatar', 'Portrait');
    this.#drawImage('card', 'card_image', 'Image of the card');
    this.#drawUnsaved();
  }

  #drawImage(place, name, label) {
    const hidden = this.#form.elements[name];
    const pointer = name === 'avatar' ? '/avatar' : '/social_card/image';
    const use = (id) => {
      hidden.value = id ?? '';
      hidden.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const control = imageControl({ id: `choose-${name}`, name, label }, hidden.value || null, use);
    find('button', control).dataset.pointer = pointer;
    part(this.#root, place).replaceChildren(element('div', { class: 'field' }, element('span', { class: 'label' }, label), control));
  }

  #drawThemes(chosen) {
    const { elements } = this.#form;
    const colors = { accent: elements.color_accent.value, background: elements.color_background.value, text: elements.color_text.value };
    const valid = Object.fromEntries(Object.entries(colors).filter(([, color]) => /^#[0-9a-f]{6}$/i.test(color)));
    const focused = document.activeElement?.id;
    part(this.#root, 'themes').replaceChildren(...themeChoices(chosen, valid));
    elements.theme.value = chosen;
    if (focused?.startsWith('theme-')) document.getElementById(focused)?.focus();
  }

  #drawLook() {
    this.#drawThemes(this.#form.elements.theme.value);
    showColors(this.#form);
  }

  /** The address as it will be, and what of the form is in no draft of the server's yet. */
  #drawUnsaved() {
    const { elements } = this.#form;
    find('#final', this.#form).replaceChildren(...linkName({ domain: elements.domain.value, slug: elements.slug.value.trim() }));
    if (!edited || !this.#save) return;
    const changed = Object.keys(edited.ownChanges() ?? {}).map((name) => labels[name]);
    part(this.#root, 'unsaved').textContent = changed.length === 0 ? '' : `Not saved yet: ${changed.join(', ')}.`;
  }

  async #loadHosts() {
    const { hostsOf } = await import('./link-form.js');
    const { domain } = this.#form.elements;
    const domains = await send({ path: '/domains', query: { limit: 100 } }).catch(() => null);
    const names = hostsOf(this.#context.session, domains, edited.data.domain).filter((name) => name !== edited.data.domain);
    domain.append(...names.map((name) => element('option', {}, name)));
    domain.closest('.field').hidden = domain.options.length < 2;
  }

  // What is sent.

  async #handle(problem) {
    if (!(problem instanceof Problem)) return false;
    if (problem.status === 422) this.#blocks.reveal(problem.errors);
    if (problem.status !== 409) return false;
    const { handleSlug } = await import('./link-form.js');
    const restored = (text) => {
      leaveMessage(text);
      location.assign(addressIn(workspace, 'pages'));
    };
    return handleSlug(problem, this.#form, { restored, submit: () => this.#save() });
  }

  #taken(answer, text) {
    edited.take(answer);
    this.#drawAll();
    drawPreview();
    say(text);
    return this.#isToBePublished ? this.#publishSaved() : null;
  }

  #drawAll() {
    const page = edited.data;
    find('h1').textContent = page.title;
    showHead(this.#root, page);
    part(this.#root, 'publication').replaceChildren(...publicationOf(page));
    this.#drawUnsaved();
    const isNew = !page.published || page.has_unpublished_changes;
    offer(...(isNew ? [button(page.published ? 'Publish the changes' : 'Publish', () => this.#publish(), { kind: 'main' })] : []),
      ...(page.published ? [button('Unpublish', () => this.#unpublish())] : []), button('Delete', () => this.#delete()));
  }

  /** What is in the form goes with it: it is saved first. */
  async #publish() {
    if (!edited.ownChanges()) return this.#publishSaved();
    this.#isToBePublished = true;
    await this.#save();
    // Where it was not saved, a later save publishes nothing.
    this.#isToBePublished = false;
  }

  async #publishSaved() {
    if (await this.#change('publish')) say(`Published: visitors see it at ${edited.data.domain}/${edited.data.slug}.`);
  }

  async #unpublish() {
    if (await this.#change('unpublish')) say('Unpublished: visitors find nothing. The draft is as it was.');
  }

  /** Changes what visitors see of the page that this screen shows, and of no other one. */
  async #change(name) {
    find('.notice.of-act', this.#root)?.remove();
    const typed = edited.ownChanges();
    try {
      const answer = await send({ ...step(name), etag: edited.etag, repeat: newRepeat() });
      edited.take(answer, { ...valuesOf(answer.data), ...typed });
      this.#drawAll();
      return true;
    } catch (problem) {
      if (problem instanceof Cancelled) return false;
      const isOld = problem instanceof Problem && problem.status === 412;
      const notice = noticeOf(problem, isOld ? () => reload(this.#context) : null);
      notice.classList.add('of-act');
      this.#root.prepend(notice);
      notice.scrollIntoView({ block: 'nearest' });
      return false;
    }
  }

  /** Into the bin: this screen undoes it for as long as it is open. */
  async #delete() {
    if (!await act({ ...request, method: 'DELETE' }, this.#root)) return;
    const { domain, slug } = edited.data;
    edited = null;
    const undo = async () => {
      if (!await act({ ...step('restore'), repeat: newRepeat() }, this.#context.body)) return;
      addKeys({ keys: 'z', name: 'Put the removed block back', go: () => say('There is nothing to undo.') });
      drawPreview();
      await reload(this.#context);
      say(`Restored: ${domain}/${slug}.`);
    };
    offer();
    find('#preview').hidden = true;
    const back = button('Undo', undo, { kind: 'main', key: 'z' });
    this.#context.body.replaceChildren(element('div', { class: 'empty' },
      element('p', {}, element('strong', {}, 'Deleted.'), ' It is in the bin for 30 days, with its versions and the links that it made.'),
      element('p', { class: 'actions' }, back, element('a', { class: 'button', href: addressIn(workspace, 'pages') }, 'To the pages'))));
    addKeys({ keys: 'z', name: 'Undo the deletion', go: undo });
    say(`Deleted: ${domain}/${slug}.`);
    back.focus();
  }
}

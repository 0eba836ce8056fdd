// The blocks of a page: put in order by buttons, keys and by drag, each with its form, added and removed.

import { button, element, find, findAll, say } from './page.js';
import { kinds, nameOf, newBlock, textOf } from './page-content.js';
import { makers } from './page-fields.js';
import { addKeys } from './screen.js';

/** As many as a page can have. */
const most = 100;

let made = 0;

/**
 * A list of blocks in `place`. What it has stands as JSON in the field `hidden`, as drafts and requests take it: whenever it changes, that
 * field gets an `input` event.
 */
export class Blocks {
  #place;
  #hidden;
  #list = element('ol', { class: 'blocks', 'aria-label': 'Blocks' });
  #none = element('p', { class: 'soft' }, 'No blocks yet: visitors see the title and the description.');
  #items = [];
  #dragged = null;
  #removed = null;

  constructor(place, hidden) {
    this.#place = place;
    this.#hidden = hidden;
    place.append(this.#none, this.#list, this.#adder());
    this.#list.addEventListener('dragover', (event) => this.#dragOver(event));
    this.#list.addEventListener('drop', (event) => event.preventDefault());
    const onOwn = (go) => () => {
      const item = this.#items.find(({ node }) => node.contains(document.activeElement));
      if (item) go(item);
      else say('Choose a block first: j leads to the next one.');
    };
    addKeys({ keys: 'c', name: 'Add a block', go: () => find('select', place).focus() },
      { keys: 'K', name: 'Move the block up', go: onOwn((item) => this.#move(item, -1)), isOfRows: true },
      { keys: 'J', name: 'Move the block down', go: onOwn((item) => this.#move(item, 1)), isOfRows: true },
      { keys: '#', name: 'Remove the block', go: onOwn((item) => this.#remove(item)), isOfRows: true },
      { keys: 'z', name: 'Put the removed block back', go: () => this.#undo() });
  }

  read() { return this.#items.map(({ block }) => block); }

  /** Shows what the hidden field has. A block that is the same stays as it is, with what is open in it and the focus. */
  show() {
    const before = this.#items;
    const focused = before.findIndex(({ node }) => node.contains(document.activeElement));
    const member = document.activeElement?.dataset.member;
    this.#items = JSON.parse(this.#hidden.value || '[]').map((block, index) => this.#again(before[index], block));
    for (const { node } of before) if (!this.#items.some((item) => item.node === node)) node.remove();
    for (const [index, { node }] of this.#items.entries()) {
      const there = this.#list.children[index];
      if (there !== node) this.#list.insertBefore(node, there ?? null);
    }
    this.#number();
    const item = this.#items[focused];
    if (!item || item.node.contains(document.activeElement)) return;
    const same = member && find(`[data-member="${member}"]`, item.node);
    (same || item.toggle).focus();
  }

  #again(old, block) {
    if (old && JSON.stringify(old.block) === JSON.stringify(block)) return old;
    const item = this.#item(block);
    if (old?.block.type === block.type && isOpen(old.node)) this.#toggle(item, true);
    return item;
  }

  /** Opens the blocks that errors are about, so that their fields can be seen. */
  reveal(errors) {
    for (const { pointer = '' } of errors) {
      const item = this.#items[/^\/blocks\/(\d+)/.exec(pointer)?.[1]];
      if (item) this.#toggle(item, true);
    }
  }

  /** What is missing, told before it is sent. */
  check() {
    const errors = this.#items.flatMap(({ block }, index) => missingIn(block)
      .map((member) => ({ pointer: `/blocks/${index}/${member}`, message: 'Fill this in.' })));
    this.reveal(errors);
    return errors;
  }

  #item(block) {
    const item = { block, key: made += 1 };
    const id = `block-${item.key}`;
    item.toggle = element('button', {
      type: 'button', class: 'block-name', 'aria-expanded': 'false', 'aria-controls': id, click: () => this.#toggle(item),
    });
    const step = (sign, name, go) => element('button', { type: 'button', class: 'quiet', click: go, 'data-verb': name }, sign);
    item.node = element('li', { 'data-row': id, dragstart: (event) => this.#dragStart(event, item), dragend: () => this.#dragEnd() },
      element('span', { class: 'grip', draggable: 'true', title: 'Drag to move', 'aria-hidden': 'true' }, '⠿'), item.toggle,
      element('span', { class: 'steps-of-block' }, step('↑', 'Move up', () => this.#move(item, -1)),
        step('↓', 'Move down', () => this.#move(item, 1)), step('Remove', 'Remove', () => this.#remove(item))),
      element('div', { id, class: 'block-fields', hidden: true }));
    this.#name(item);
    return item;
  }

  /** The name says what the block says; the buttons say which block they are of. */
  #name({ block, node, toggle }) {
    const text = textOf(block);
    const times = ['starts_at', 'ends_at'].some((name) => block[name]) ? element('span', { class: 'tag' }, 'at times') : null;
    toggle.replaceChildren(element('b', {}, kinds[block.type].name), element('span', { dir: 'auto' }, text), ...(times ? [times] : []));
    for (const one of findAll('[data-verb]', node)) one.ariaLabel = `${one.dataset.verb}: ${nameOf(block)}`;
  }

  /** The form of a block is made when it is opened first. */
  #toggle(item, isWanted = !isOpen(item.node)) {
    const fields = find('.block-fields', item.node);
    if (fields.childElementCount === 0) {
      fields.append(...this.#fields(item));
      this.#number();
    }
    fields.hidden = !isWanted;
    item.toggle.ariaExpanded = String(isWanted);
  }

  #fields(item) {
    const { block, key } = item;
    const made = kinds[block.type].fields.map((field) => makers[field.kind]({ ...field, id: `block-${key}-${field.name}` }, block,
      () => this.#changed(item)));
    return made.length > 0 ? made : [element('p', { class: 'soft' }, 'A line between what is above and below. It has no fields.')];
  }

  #changed(item) {
    this.#name(item);
    this.#store();
  }

  #store() {
    this.#number();
    this.#hidden.value = JSON.stringify(this.read());
    this.#hidden.dispatchEvent(new Event('input', { bubbles: true }));
  }

  /** Errors name a field by the place of its block. */
  #number() {
    this.#none.hidden = this.#items.length > 0;
    for (const [index, { node }] of this.#items.entries()) {
      for (const field of findAll('[data-member]', node)) field.dataset.pointer = `/blocks/${index}/${field.dataset.member}`;
    }
  }

  // Order.

  #move(item, step) {
    const from = this.#items.indexOf(item);
    const to = from + step;
    if (to < 0 || to >= this.#items.length) return say(`It is the ${to < 0 ? 'first' : 'last'} block already.`);
    const focused = document.activeElement;
    this.#put(item, to);
    focused?.focus();
    this.#store();
    say(`${nameOf(item.block)} is ${to + 1} of ${this.#items.length} now.`);
  }

  /** The block stands at another place, on the screen, too. */
  #put(item, to) {
    this.#items.splice(this.#items.indexOf(item), 1);
    this.#items.splice(to, 0, item);
    const after = this.#items[to + 1];
    this.#list.insertBefore(item.node, after?.node ?? null);
  }

  #dragStart(event, item) {
    this.#dragged = item;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', nameOf(item.block));
    event.dataTransfer.setDragImage(item.node, 10, 10);
    item.node.classList.add('dragged');
  }

  /** The block goes where the pointer is: before the first one whose middle is below it. */
  #dragOver(event) {
    if (!this.#dragged) return;
    event.preventDefault();
    const others = this.#items.filter((one) => one !== this.#dragged);
    const below = others.findIndex(({ node }) => {
      const { top, height } = node.getBoundingClientRect();
      return event.clientY < top + height / 2;
    });
    const to = below < 0 ? others.length : below;
    if (this.#items.indexOf(this.#dragged) !== to) this.#put(this.#dragged, to);
  }

  #dragEnd() {
    const item = this.#dragged;
    this.#dragged = null;
    item.node.classList.remove('dragged');
    this.#store();
    say(`${nameOf(item.block)} is ${this.#items.indexOf(item) + 1} of ${this.#items.length} now.`);
  }

  // More and less.

  #adder() {
    const choices = Object.entries(kinds).map(([type, { name }]) => element('option', { value: type }, name));
    const select = element('select', { id: 'new-block' }, ...choices);
    return element('div', { class: 'pair adder' },
      element('div', { class: 'field' },
        element('label', { for: 'new-block' }, 'Another block ', element('kbd', { 'aria-hidden': 'true' }, 'c')), select),
      button('Add it', () => this.#add(newBlock(select.value))));
  }

  #add(block) {
    if (this.#items.length >= most) return say(`A page has at most ${most} blocks.`);
    const item = this.#item(block);
    this.#items.push(item);
    this.#list.append(item.node);
    this.#toggle(item, true);
    this.#store();
    say(`Added: ${kinds[block.type].name}.`);
    (find('.block-fields input, .block-fields textarea, .block-fields select, .block-fields button', item.node) ?? item.toggle).focus();
  }

  #remove(item) {
    const at = this.#items.indexOf(item);
    this.#items.splice(at, 1);
    item.node.remove();
    this.#removed = { item, at };
    this.#store();
    (this.#items[at] ?? this.#items[at - 1])?.toggle.focus();
    if (this.#items.length === 0) find('select', this.#place).focus();
    say(`Removed: ${nameOf(item.block)}. `);
    find('#status').append(button('Undo', () => this.#undo(), { kind: 'quiet', key: 'z' }));
  }

  #undo() {
    if (!this.#removed) return say('There is nothing to undo.');
    const { item, at } = this.#removed;
    this.#removed = null;
    this.#items.push(item);
    this.#put(item, Math.min(at, this.#items.length - 1));
    this.#store();
    item.toggle.focus();
    say(`Back: ${nameOf(item.block)}.`);
  }
}

const isOpen = (node) => !find('.block-fields', node).hidden;

/** The members of a block that have to be given and are not. */
const missingIn = (block) => kinds[block.type].fields.filter(({ required }) => required).flatMap(({ name, kind }) => {
  if (kind === 'profiles') return block.profiles.flatMap(({ url }, index) => (url ? [] : [`profiles/${index}/url`]));
  if (kind === 'target') return block.url || block.link_id ? [] : [name];
  return block[name] ? [] : [name];
});

// What a page of the documentation does beyond being read. The first lines run before the first paint; what not everybody needs is
// loaded when it is needed: search.js, try.js. This is a classic script, so those find `element` and `say` in the window.

'use strict';

const languages = ['sh', 'python', 'php', 'javascript', 'swift', 'go'];
const page = document.documentElement;

/** What the browser keeps, under the names of the dashboard; null where storage is switched off. */
function kept(name) {
  try {
    return localStorage.getItem(`mask.${name}`);
  } catch {
    return null;
  }
}

function keep(name, text) {
  try {
    localStorage.setItem(`mask.${name}`, text);
  } catch {
    // Full or switched off: it holds for this page.
  }
}

page.dataset.script = '';
if (kept('scheme')) page.dataset.scheme = kept('scheme');
page.dataset.language = languages.includes(kept('docs.language')) ? kept('docs.language') : languages[0];

document.addEventListener('DOMContentLoaded', () => {
  showPlace(document.getElementById('docs-contents'));
  document.querySelectorAll('.samples').forEach(addTabs);
  document.querySelectorAll('.code, .sample').forEach(addCopy);
  chooseLanguage(page.dataset.language);
  listenToSearch(document.getElementById('docs-search'));
  offerTrials();
});

/** The list of pages is longer than a window: it begins where the page is. */
function showPlace(contents) {
  const current = contents.querySelector('[aria-current]');
  if (current && current.offsetTop > contents.clientHeight * 0.8) contents.scrollTop = current.offsetTop - contents.clientHeight / 2;
}

/** Makes an element. Attributes that are null or false are left out; functions listen to the event of their name. */
function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(attribute, value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(attribute, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Says what happened to those who cannot see it. */
function say(text) {
  document.getElementById('docs-status').textContent = text;
}

// Samples: which language is shown is a matter of the style sheet, by the attribute of the page.

function addTabs(group, index) {
  const tabs = [...group.querySelectorAll('.sample')].map((sample) => tabOf(sample, `samples-${index}-${sample.dataset.language}`));
  group.prepend(element('div', { role: 'tablist', 'aria-label': 'Language', keydown: moveAmongTabs }, ...tabs));
}

function tabOf(sample, id) {
  const attributes = { type: 'button', role: 'tab', id: `${id}-tab`, 'aria-controls': id, 'data-of': sample.dataset.language };
  const tab = element('button', { ...attributes, click: () => choose(tab) }, sample.querySelector('.language').textContent);
  sample.id = id;
  sample.setAttribute('role', 'tabpanel');
  sample.setAttribute('aria-labelledby', tab.id);
  return tab;
}

/** The samples above grow and shrink, too: what was clicked stays where it is. */
function choose(tab) {
  const before = tab.getBoundingClientRect().top;
  keep('docs.language', tab.dataset.of);
  chooseLanguage(tab.dataset.of);
  tab.focus({ preventScroll: true });
  scrollBy({ top: tab.getBoundingClientRect().top - before, behavior: 'instant' });
}

function chooseLanguage(language) {
  page.dataset.language = language;
  for (const list of document.querySelectorAll('[role=tablist]')) {
    const tabs = [...list.children];
    const chosen = tabs.find((tab) => tab.dataset.of === language) ?? tabs[0];
    for (const tab of tabs) {
      tab.setAttribute('aria-selected', tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
    }
  }
}

function moveAmongTabs(event) {
  const tabs = [...event.currentTarget.children];
  const at = tabs.indexOf(event.target);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  choose(tabs.at(to % tabs.length));
}

// Copying.

function addCopy(block) {
  const button = element('button', { type: 'button', class: 'copy', click: () => copy(block.querySelector('pre'), button) }, 'Copy');
  block.append(button);
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(commandsOf(text.textContent));
    button.textContent = 'Copied';
    say('Copied');
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  } catch {
    getSelection().selectAllChildren(text);
    say('The browser did not let the page copy. The text is selected: press Ctrl+C.');
  }
}

/** Of a dialogue with a shell, what the reader types: lines after a `$`, and those that continue them. Else all of it. */
function commandsOf(text) {
  if (!/^\$ /m.test(text)) return text;
  let isCommand = false;
  const lines = text.split('\n').filter((line) => {
    const isMine = line.startsWith('$ ') || isCommand;
    isCommand = isMine && line.endsWith('\\');
    return isMine;
  });
  return lines.map((line) => line.replace(/^\$ /, '')).join('\n');
}

// Search: the module and the index come when the field has the focus.

function listenToSearch(field) {
  field.addEventListener('focus', () => import('./search.js').then(({ search }) => search(field)), { once: true });
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.closest?.('input, textarea, select, [contenteditable]');
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

// Trials: for who has a workspace here. Only the app host's pages know one, and nobody else's browser asks for a session.

async function offerTrials() {
  const endpoints = [...document.querySelectorAll('.endpoint[data-operation]')];
  const workspace = JSON.parse(kept('workspace') ?? 'null');
  if (!workspace || endpoints.length === 0) return;
  const { offer } = await import('./try.js');
  offer(endpoints, workspace);
}

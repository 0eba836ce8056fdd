// Dialogs to choose from what the workspace has: images, which can be uploaded and deleted here, and links. Loaded when somebody chooses.

import { call, newRepeat, noticeOf, openDialog, send } from './api.js';
import { barOf, stateOf } from './link-row.js';
import { button, element, find, linkName } from './page.js';
import { know, pictureAddress } from './page-fields.js';

const limit = 24;
/** Letters that come faster than this, in milliseconds, are one question. */
const pause = 250;
/** What the API reads. */
const types = ['image/png', 'image/jpeg', 'image/webp'];

// Images.

/** An image of the workspace, null where none was chosen. */
export function chooseImage() {
  return openDialog('Choose an image', (close) => {
    const problems = element('div');
    const pictures = element('ul', { class: 'pictures' });
    const more = element('p', { class: 'actions' });
    const status = element('p', { class: 'soft', role: 'status' });
    const use = (image) => {
      know(`/images/${image.id}`, image);
      close(image);
    };
    const wrong = (problem) => problems.replaceChildren(noticeOf(problem));
    const upload = uploader(problems, status, use);
    const take = async (after = null) => {
      try {
        const { data } = await send({ path: '/images', query: { limit, starting_after: after } });
        pictures.append(...data.data.map((image) => picture(image, use, wrong, status)));
        status.textContent = pictures.childElementCount === 0 ? 'No images yet.' : '';
        more.replaceChildren(...(data.has_more ? [button('More images', () => take(data.next_cursor))] : []));
      } catch (problem) {
        wrong(problem);
      }
    };
    take();
    return [upload, problems, status, pictures, more, element('p', { class: 'actions' }, button('Cancel', close))];
  });
}

function uploader(problems, status, use) {
  const input = element('input', { id: 'upload', type: 'file', accept: types.join(), 'aria-describedby': 'upload-help' });
  input.addEventListener('change', async () => {
    const [file] = input.files;
    if (!file) return;
    problems.replaceChildren();
    status.textContent = 'Uploading…';
    input.disabled = true;
    try {
      use((await send({ method: 'POST', path: '/images', body: file, repeat: newRepeat() })).data);
    } catch (problem) {
      status.textContent = '';
      problems.replaceChildren(noticeOf(problem));
    }
    input.disabled = false;
    input.value = '';
  });
  return element('div', { class: 'field' }, element('label', { for: 'upload' }, 'Upload a new one'),
    element('p', { class: 'help', id: 'upload-help' }, 'PNG, JPEG or WebP, up to 8 MB. Where it was taken is not kept.'), input);
}

function picture(image, use, wrong, status) {
  const size = `${image.width} × ${image.height}`;
  const node = element('li', {}, element('button', { type: 'button', click: () => use(image), 'aria-label': `Use the image of ${size}` },
    element('img', { src: pictureAddress(image), alt: '', width: 96, height: 96, loading: 'lazy' })),
  element('span', { class: 'soft' }, size),
  button('Delete', async () => {
    try {
      await send({ method: 'DELETE', path: `/images/${image.id}` });
      node.remove();
      status.textContent = 'Deleted.';
    } catch (problem) {
      wrong(problem);
    }
  }, { kind: 'quiet', label: `Delete the image of ${size}` }));
  return node;
}

// Links.

/** A link as in their list: what leads nowhere now is drawn so, and says why. */
function linkChoice(link, use) {
  const state = stateOf(link);
  const about = [state !== 'active' && state, link.title ?? link.url].filter(Boolean).join(' · ');
  return element('li', {}, element('button', { type: 'button', click: use },
    element('span', {}, ...linkName(link, barOf(link))), element('span', { class: 'soft', dir: 'auto' }, about)));
}

/** A link of the workspace, null where none was chosen. */
export function chooseLink() {
  return openDialog('Choose a link', (close) => {
    const problems = element('div');
    const list = element('ul', { class: 'found-links' });
    const status = element('p', { class: 'soft', role: 'status' });
    const input = element('input', { id: 'find-link', type: 'search', autocomplete: 'off', spellcheck: 'false', 'aria-describedby': 'find-help' });
    let asking = null;
    let timer = null;
    const use = (link) => {
      know(`/links/${link.id}`, link);
      close(link);
    };
    const take = async () => {
      asking?.abort();
      const own = asking = new AbortController();
      try {
        const { data } = await call({ path: '/links', query: { search: input.value.trim() || null, limit }, signal: own.signal });
        problems.replaceChildren();
        list.replaceChildren(...data.data.map((link) => linkChoice(link, () => use(link))));
        status.textContent = data.data.length === 0 ? 'No link matches.' : data.has_more ? `The newest ${limit}. Type to find others.` : '';
      } catch (problem) {
        if (problem.name !== 'AbortError') problems.replaceChildren(noticeOf(problem));
      }
    };
    input.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(take, pause);
    });
    input.addEventListener('keydown', async (event) => {
      if (event.key !== 'Enter' || event.isComposing) return;
      event.preventDefault();
      clearTimeout(timer);
      await take();
      if (list.childElementCount === 1) find('button', list).click();
      else if (list.childElementCount > 1) status.textContent = 'Several match. Choose one, or type more.';
    });
    take();
    return [element('div', { class: 'field' }, element('label', { for: 'find-link' }, 'Slug, title or destination'),
      element('p', { class: 'help', id: 'find-help' }, 'Enter takes the only one that matches.'), input),
      problems, status, list, element('p', { class: 'actions' }, button('Cancel', close))];
  });
}

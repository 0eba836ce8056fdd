// The looks of a QR code: its fields, what is wrong with them, the code as it is drawn, and whether a scanner reads it.

import { sentence, send } from './api.js';
import { element, find, part } from './page.js';

/** What the fields are called where two versions of a code are compared. */
export const labels = {
  name: 'Name', size: 'Size', margin: 'Quiet zone', error_correction: 'Error correction', foreground: 'Foreground',
  background: 'Background', rounded: 'Round corners', logo: 'Logo',
};

const transparent = 'transparent';

/** What of a kept code the form has; its logo is not among what the API tells. */
export const looksOf = (code) => ({
  name: code.name, size: code.size, margin: code.margin, error_correction: code.error_correction, foreground: code.foreground,
  background: code.background, rounded: code.rounded,
});

/** What a code has where nothing was chosen. */
export const usual = {
  name: null, size: 512, margin: 4, error_correction: 'M', foreground: '#000000', background: '#ffffff', rounded: false,
};

/** The fields, made to work. `changed()` runs after each change. */
export class Looks {
  /** The logo as a `data:` URL; null to take it off, undefined where it was not touched. */
  logo = undefined;
  #form;
  #changed;

  constructor(form, changed) {
    this.#form = form;
    this.#changed = changed;
    for (const name of ['foreground', 'background', 'ground']) this.#join(name);
    find('#logo', form)?.addEventListener('change', ({ target }) => this.#takeLogo(target));
    form.elements.no_logo?.addEventListener('change', ({ target }) => { this.logo = target.checked ? null : undefined; });
    form.addEventListener('input', () => this.follow());
  }

  get #fields() { return this.#form.elements; }

  /** A colour can be typed and picked. */
  #join(name) {
    const [text, picker] = [this.#fields[name], find(`#${name}-picker`, this.#form)];
    picker.addEventListener('input', () => { text.value = picker.value; });
    text.addEventListener('input', () => { picker.value = sixDigits(text.value) ?? picker.value; });
  }

  async #takeLogo({ files: [file] }) {
    this.logo = file ? await dataURL(file) : undefined;
    this.follow();
  }

  /** After a change by hand or by a script: what depends on the fields. */
  follow() {
    this.#draw();
    this.#changed();
  }

  #draw() {
    const { transparent: isTransparent, background } = this.#fields;
    background.closest('.field').hidden = isTransparent.checked;
    part(this.#form, 'ground').hidden = !isTransparent.checked;
  }

  /** In the API's terms. What is no number goes as it is: the server says what is wrong with it. */
  read() {
    const fields = this.#fields;
    const number = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : text.trim());
    return {
      ...(fields.name && { name: fields.name.value.trim() || null }),
      size: number(fields.size.value), margin: number(fields.margin.value),
      error_correction: fields.error_correction.value, foreground: fields.foreground.value.trim().toLowerCase(),
      background: fields.transparent.checked ? transparent : fields.background.value.trim().toLowerCase(), rounded: fields.rounded.checked,
      ...(this.logo !== undefined && { logo: this.logo }),
    };
  }

  show(code) {
    const fields = this.#fields;
    const isTransparent = code.background === transparent;
    for (const name of ['name', 'size', 'margin', 'error_correction', 'foreground']) {
      if (fields[name]) fields[name].value = code[name] ?? '';
    }
    fields.background.value = isTransparent ? usual.background : code.background;
    fields.transparent.checked = isTransparent;
    fields.rounded.checked = code.rounded;
    for (const name of ['foreground', 'background']) {
      find(`#${name}-picker`, this.#form).value = sixDigits(fields[name].value) ?? '#000000';
    }
    this.follow();
  }

  /** The logo was kept, or its removal was. */
  forgetLogo() {
    this.logo = undefined;
    find('#logo', this.#form).value = '';
    this.#fields.no_logo.checked = false;
  }

  /** What the code is shown on. */
  get ground() {
    const { ground, background, transparent: isTransparent } = this.#fields;
    return sixDigits((isTransparent.checked ? ground : background).value) ?? usual.background;
  }
}

/** The image of a link's code with these looks. With a logo the correction is H, as the API has it. */
export function imageRequest(link, { name: _, logo, ...style }, format, hasLogo = Boolean(logo)) {
  const query = { format, ...style, ...(hasLogo && { error_correction: 'H' }) };
  return { path: `/links/${link.id}/qr`, query, file: `qr-code.${format}` };
}

/** Asks for a file and gives it to the user. */
export async function download(request, name, place) {
  const { saveAnswer } = await import('./files.js');
  await saveAnswer({ ...request, file: name }, place);
}

export const dataURL = (blob) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(blob);
});

// Colours.

/** #rrggbb of what the API takes for a colour; null of everything else. */
function sixDigits(text) {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1].toLowerCase();
  return digits ? `#${digits.length === 3 ? digits.replace(/./g, '$&$&') : digits}` : null;
}

/** Relative luminance, 0 to 1 (WCAG 2.2). */
function luminance(color) {
  const linear = (at) => {
    const value = parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(1) + 0.7152 * linear(3) + 0.0722 * linear(5);
}

// What is said of the looks before anybody prints them: each has a word, good, careful or bad.

/** The API draws none below this; phones in poor light want more. */
const [leastContrast, safeContrast] = [3, 5];
/** ISO/IEC 18004 asks for it. */
const quietZone = 4;

function contrastCheck(foreground, ground) {
  const [front, back] = [foreground, ground].map((color) => luminance(color));
  const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
  // Rounded down: 2.99 is not 3.
  const told = `${(Math.floor(ratio * 10) / 10).toFixed(1)}:1`;
  if (front >= back) return ['bad', 'Bad', 'The foreground has to be darker than what is behind it.'];
  if (ratio < leastContrast) return ['bad', 'Bad', `${told}. Scanners need ${leastContrast}:1 at least.`];
  if (ratio < safeContrast) return ['warn', 'Careful', `${told}. In poor light phones want ${safeContrast}:1.`];
  return ['good', 'Good', `${told}.`];
}

function quietCheck(margin) {
  if (typeof margin !== 'number') return ['bad', 'Bad', 'Give a number of modules.'];
  const told = `${margin} ${margin === 1 ? 'module' : 'modules'}.`;
  if (margin >= quietZone) return ['good', 'Good', told];
  return ['warn', 'Careful', `${told} Scanners want ${quietZone} around the code: keep them free in print.`];
}

// The drawing.

/** Pixels of the drawing on the screen, at most. */
const most = 1024;
/** Keys that are pressed faster than this, in milliseconds, are one drawing. */
const pause = 200;

/**
 * The code as it will be, in the parts `drawing` and `checks` of a screen.
 *
 * Options: `link`; `looks`, a ``Looks``; `source()`, its image as `{ request }`, or with a `logo` that the API has not drawn.
 */
export class Drawing {
  #root;
  #options;
  #canvas = element('canvas', { class: 'drawing', role: 'img', width: 1, height: 1 });
  #refusal = element('p', { class: 'error', role: 'status' });
  /** Of the checks those who hear them are told this one. */
  #scanned = element('div', { role: 'status' }, 'Waiting for the drawing.');
  #contrast = element('dd');
  #quiet = element('dd');
  #timer = null;
  #asking = null;

  constructor(root, options) {
    this.#root = root;
    this.#options = options;
    this.#canvas.ariaLabel = `QR code of ${options.link.domain}/${options.link.slug}`;
    part(root, 'drawing').append(this.#canvas, this.#refusal);
    const names = [['Scan check', element('dd', {}, this.#scanned)], ['Contrast', this.#contrast], ['Quiet zone', this.#quiet]];
    part(root, 'checks').append(...names.flatMap(([name, node]) => [element('dt', {}, name), node]));
  }

  /** Draws when the user has paused. */
  later() {
    this.#check();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.draw(), pause);
  }

  /** What was to be drawn may be gone in a moment. */
  stop() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  /** `image`: the picture, where it is there already. */
  async draw(image = null) {
    this.#check();
    this.#asking?.abort();
    const own = new AbortController();
    this.#asking = own;
    try {
      const { request, logo = null } = await this.#options.source();
      const blob = image ?? (await send({ ...request, signal: own.signal })).data;
      const reader = await import('./qr-scan.js');
      const parts = { bitmap: await createImageBitmap(blob), picture: logo && await pictureOf(logo) };
      if (own.signal.aborted) return;
      this.#paint(parts, reader);
      this.#refuse('');
      await this.#scan(reader);
    } catch (problem) {
      if (own.signal.aborted) return;
      // Of which parameter it is, the field says.
      this.#refuse(sentence(problem).replace(/^Query parameter \w+: /, ''));
      tell(this.#scanned, ['bad', 'Not scanned', 'There is no drawing to scan.']);
    }
  }

  #check() {
    const { looks } = this.#options;
    const { foreground, margin } = looks.read();
    const front = sixDigits(foreground);
    tell(this.#contrast, front ? contrastCheck(front, looks.ground) : ['bad', 'Bad', 'Use #rgb or #rrggbb for the foreground.']);
    tell(this.#quiet, quietCheck(margin));
  }

  #refuse(text) {
    this.#refusal.textContent = text;
    this.#canvas.hidden = text !== '';
  }

  #paint({ bitmap, picture }, { measured }) {
    const side = Math.min(bitmap.width, most);
    Object.assign(this.#canvas, { width: side, height: side });
    const brush = this.#canvas.getContext('2d', { willReadFrequently: true });
    const { ground } = this.#options.looks;
    this.#cover(brush, '#ffffff', bitmap);
    const code = picture && measured(this.#canvas);
    this.#cover(brush, ground, bitmap);
    if (picture) drawLogo(brush, code, picture, ground);
  }

  #cover(brush, color, bitmap) {
    const { width } = this.#canvas;
    brush.fillStyle = color;
    brush.fillRect(0, 0, width, width);
    brush.drawImage(bitmap, 0, 0, width, width);
  }

  async #scan({ scan, Unreadable }) {
    const { link } = this.#options;
    try {
      const text = await scan(this.#canvas);
      const isRight = text === `${link.short_url}?qr=1`;
      tell(this.#scanned, isRight ? ['good', 'Good', `It reads ${text}: the link, with the mark by which scans are counted.`]
        : ['bad', 'Wrong', `It reads ${text}, and the link is ${link.short_url}.`]);
    } catch (problem) {
      if (!(problem instanceof Unreadable)) throw problem;
      tell(this.#scanned, ['bad', 'It does not scan', problem.message]);
    }
  }
}

function tell(node, [kind, word, text]) {
  node.replaceChildren(element('strong', { class: kind }, word), ` ${text}`);
}

async function pictureOf(address) {
  const picture = new Image();
  picture.src = address;
  await picture.decode().catch(() => { throw new Error('this browser cannot read the logo.'); });
  return picture;
}

/** As the API does it: an odd number of modules, at most a quarter of the side, is cleared, and the logo has half a module around it. */
function drawLogo(brush, { left, top, side, modules }, picture, ground) {
  const quarter = Math.floor(modules / 4);
  const module = side / modules;
  const cleared = quarter - (quarter % 2 === 1 ? 0 : 1);
  const [x, y] = [left + side / 2, top + side / 2];
  const around = (width, height) => [x - width / 2, y - height / 2, width, height];
  brush.fillStyle = ground;
  brush.fillRect(...around(cleared * module, cleared * module));
  const [width, height] = [picture.naturalWidth || 1, picture.naturalHeight || 1];
  const scale = (cleared - 1) * module / Math.max(width, height);
  brush.drawImage(picture, ...around(width * scale, height * scale));
}

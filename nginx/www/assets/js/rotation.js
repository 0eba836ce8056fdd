// Rotation of a key: the old and the new one as two bars in time.

import { connect } from './form.js';
import { distance, element, find, fitted, part, shownDay, shownHour, svg, zone } from './page.js';

const minute = 60_000;
const hour = 60 * minute;

/** Connects the rotation's form, or shows the successor where there is one. */
export function showRotation(root, edited, { address, shownOnce }) {
  const form = find('#rotate', root);
  const place = part(root, 'bars');
  const key = edited.data;
  if (key.successor_id) return showSuccessor(root, key, address);
  const overlap = () => Number(form.elements.overlap_seconds.value);
  const draw = () => place.replaceChildren(bars('key', Date.now(), endOf(key, overlap()), key.expires_at));
  form.addEventListener('change', draw);
  draw();
  connect(form, {
    saving: 'Rotating…', done: ({ data }) => shownOnce(data),
    request: () => ({
      method: 'POST', path: `${edited.request.path}/rotate`, body: { overlap_seconds: overlap() }, etag: edited.etag,
    }),
  });
}

/** The old key ends after the overlap, or at its own end if that is sooner. */
function endOf(key, seconds) {
  const end = Date.now() + seconds * 1000;
  return key.expires_at ? Math.min(end, Date.parse(key.expires_at)) : end;
}

function showSuccessor(root, key, address) {
  find('#rotate', root).hidden = true;
  part(root, 'bars').replaceChildren(bars('key', Date.parse(key.rotated_at), Date.parse(key.expires_at), null));
  part(root, 'successor').replaceChildren('This key has a ', element('a', { href: address(key.successor_id) }, 'successor'), '.');
}

const left = 84;
const height = 104;

/** Draws the rotation of a `noun`, such as key, from times in milliseconds; `ending` is when the new one ends, null without an end. */
export const bars = (noun, rotation, end, ending) => fitted(height, (width) => drawing(noun, width, rotation, end, ending));

/** Two bars: the old one until its end, the new one from the rotation on. What is to come is right of the mark. */
function drawing(noun, width, rotation, end, ending) {
  const span = Math.max((end - rotation) * 1.6, 6 * hour);
  const start = rotation - span * 0.25;
  const x = (time) => left + Math.max(0, Math.min(1, (time - start) / (span * 1.25))) * (width - left);
  const newEnd = ending ? x(Date.parse(ending)) : width;
  return svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': inWords(noun, rotation, end) },
    svg('text', { x: 0, y: 35 }, `This ${noun}`), svg('rect', { x: left, y: 20, width: Math.max(2, x(end) - left), height: 22 }),
    svg('text', { x: 0, y: 67 }, 'The new one'),
    svg('rect', { x: x(rotation), y: 52, width: Math.max(0, newEnd - x(rotation)), height: 22 }),
    svg('line', { class: 'present', x1: x(Date.now()), x2: x(Date.now()), y1: 12, y2: 82 }), ...labels(x, rotation, end));
}

function labels(x, rotation, end) {
  const begin = Math.abs(rotation - Date.now()) < hour ? 'now' : shownDay(rotation);
  if (end - rotation <= minute) return [label(x(rotation), 98, begin)];
  const shown = [label(x(rotation) - 4, 98, begin, 'end'), label(x(end), 98, `${shownDay(end)}, ${shownHour(end)}`)];
  const both = label((x(rotation) + x(end)) / 2, 35, `both, ${distance(end, rotation)}`);
  both.classList.add('in');
  return x(end) - x(rotation) > 80 ? [...shown, both] : shown;
}

const label = (x, y, text, anchor = 'middle') => svg('text', { x, y, 'text-anchor': anchor }, text);

function inWords(noun, rotation, end) {
  if (end - rotation <= minute) return `The old ${noun} ends when the new one begins.`;
  return `Both ${noun}s work for ${distance(end, rotation)}, until ${shownDay(end)}, ${shownHour(end)} ${zone()}.`;
}

// A body of JSON to read and to copy: byte for byte as it is sent, or indented.

import { copyText } from './api.js';
import { button, count, element } from './page.js';

/** Receivers are sent only the ids of what is longer, in bytes (Webhooks/Payload.swift). */
const limit = 20_000;

const bytesOf = (text) => new TextEncoder().encode(text).length;

/** What receivers are sent of an event, of whose answer `text` is every byte. */
export function sentBody(text) {
  if (bytesOf(text) <= limit) return { text, isWhole: true };
  const { id, type, timestamp, data, sequence } = JSON.parse(text);
  const ids = Object.fromEntries(['id', 'link_id'].filter((name) => name in data).map((name) => [name, data[name]]));
  return { text: JSON.stringify({ id, type, timestamp, data: ids, truncated: true, sequence }), isWhole: false };
}

/** The text with its length, copied by a button; another shows it indented, which is easier to read. */
export function payload(text, what) {
  const node = element('pre', { class: 'sample exact', tabindex: 0, 'aria-label': what }, text);
  let isIndented = false;
  const indent = button('Indent', () => {
    isIndented = !isIndented;
    node.textContent = isIndented ? JSON.stringify(JSON.parse(text), null, 2) : text;
    node.classList.toggle('exact', !isIndented);
    indent.textContent = isIndented ? 'Show as sent' : 'Indent';
  });
  return element('div', {}, node, element('p', { class: 'actions' },
    button('Copy', () => copyText(text, what.toLowerCase(), node), { label: `Copy ${what.toLowerCase()}` }), indent,
    element('span', { class: 'soft' }, `${count(bytesOf(text))} bytes as sent.`)));
}

/** The headers of an attempt that began at a time; without a time, of one that is to come. */
export function headersOf(id, body, startedAt) {
  const time = startedAt ? String(Math.floor(Date.parse(startedAt) / 1000)) : '(when it is sent)';
  return [
    'Accept: */*', 'User-Agent: MASK-Webhooks', 'Content-Type: application/json', `webhook-id: ${id}`, `webhook-timestamp: ${time}`,
    'webhook-signature: v1,… (made for each attempt, and not kept)', `Content-Length: ${bytesOf(body)}`,
  ].join('\n');
}

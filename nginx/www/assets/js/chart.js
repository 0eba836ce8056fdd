// Charts as SVG: ink bars, exact numbers, a table beside each.

import { button, count, element, shownDay, svg, table, zone } from './page.js';
import { addKeys } from './screen.js';

/** 24 bars of a row, two shapes at the most, for a list may have a hundred rows. `values` are `{ value, partial }`. */
export function sparkline(values, name) {
  const top = Math.max(1, ...values.map((one) => one.value));
  const bars = ['M0 15.5h96v.5h-96z'];
  const partialBars = [];
  values.forEach(({ value, partial }, index) => {
    const height = value === 0 ? 0 : Math.max(1, Math.round((value / top) * 15));
    if (partial && height > 1) partialBars.push(`M${index * 4 + 0.5} 16v-${height}h2v${height}z`);
    else if (height > 0) bars.push(`M${index * 4} 16v-${height}h3v${height}z`);
  });
  return svg('svg', { class: 'spark', viewBox: '0 0 96 16', role: 'img', 'aria-label': name },
    svg('path', { d: bars.join('') }),
    ...(partialBars.length > 0 ? [svg('path', { d: partialBars.join(''), class: 'partial' })] : []));
}

const height = 172;
const left = 44;
const base = 150;

/** A chart by day with its table; `v` changes between the two. Lines are `{ value, count, partial }`, `value` a time. */
export function dayChart(lines, noun) {
  const name = finding(lines, noun);
  const picture = fitted(height, (width) => drawing(lines, name, width));
  const twin = element('div', { hidden: true }, tableOf(lines, noun));
  const change = button('Show as table', turn, { key: 'v' });
  function turn() {
    [picture.hidden, twin.hidden] = [twin.hidden, picture.hidden];
    change.firstChild.textContent = twin.hidden ? 'Show as table' : 'Show as chart';
  }
  addKeys({ keys: 'v', name: 'Chart or table', go: turn });
  return element('div', {}, picture, twin,
    element('p', { class: 'actions' }, change, element('span', { class: 'soft' }, `Days in ${zone()}.`)));
}

function finding(lines, noun) {
  const peak = lines.reduce((best, line) => (line.count > best.count ? line : best), lines[0]);
  const range = `${shownDay(lines[0].value)} to ${shownDay(lines.at(-1).value)}`;
  const most = peak.count === 0 ? 'none' : `peak ${count(peak.count)} on ${shownDay(peak.value)}`;
  return `${noun} a day, ${range}, ${most}`;
}

/** 3,000 above 2,345: the first round number that is not below. */
function roundTop(number) {
  const size = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, number))));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((step) => step * size).find((step) => step >= number);
}

function drawing(lines, name, width) {
  const top = Math.max(2, roundTop(Math.max(...lines.map((line) => line.count))));
  const y = (value) => base - (value / top) * 130;
  const step = (width - left - 4) / lines.length;
  return svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': name },
    ...[top, top / 2].flatMap((value) => gridLine(value, y(value), width)),
    ...lines.map((line, index) => bar(line, index * step + left + 4, step, y)),
    svg('line', { class: 'axis', x1: left, x2: width, y1: base + 0.5, y2: base + 0.5 }), ...dates(lines, step, width));
}

function gridLine(value, y, width) {
  const line = svg('line', { class: 'grid', x1: left, x2: width, y1: y + 0.5, y2: y + 0.5 });
  return [line, svg('text', { x: 0, y: y + 4 }, count(value))];
}

function bar({ count: number, partial, value }, x, step, y) {
  const size = Math.max(number === 0 ? 0 : 1, base - y(number));
  return svg('rect', { x, y: base - size, width: step * 0.667, height: size, class: partial ? 'partial' : null },
    svg('title', {}, `${shownDay(value)}: ${count(number)}${partial ? ', not over yet' : ''}`));
}

function dates(lines, step, width) {
  const last = lines.length - 1;
  return [0, Math.floor(last / 2), last].map((index) => svg('text', {
    x: index === last ? width : left + 4 + index * step, y: base + 18, 'text-anchor': index === last ? 'end' : 'start',
  }, shownDay(lines[index].value)));
}

function tableOf(lines, noun) {
  const rows = lines.map((line) => [`${shownDay(line.value)}${line.partial ? ', not over yet' : ''}`, count(line.count)]);
  return table(`${noun} a day`, [`Day (${zone()})`, noun], rows, { numbers: [1] });
}

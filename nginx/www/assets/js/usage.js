// Requests to the API: over time, and by endpoint, key, member or status, each row a filter. The sums are the API's.

import { chosenRange, rangeChoices, timeChart } from './chart.js';
import { filtersIn } from './lists.js';
import { addressIn, button, count, element, find, fromTemplate, milliseconds, part, shown, shownDate, workspace, zone } from './page.js';
import { screen } from './screen.js';
import { keysRequest, membersRequest, namesOf } from './things.js';

const groups = [
  { name: 'endpoint', title: 'Endpoint', filter: 'endpoint' }, { name: 'key', title: 'API key', filter: 'key_id' },
  { name: 'member', title: 'Member', filter: 'member_id' }, { name: 'status', title: 'Status', filter: 'status' },
];
/** So many rows are drawn; the file has all. */
const most = 100;

const range = chosenRange();
const filters = filtersIn(groups.map(({ filter }) => filter));
const isOfCaller = filters.key_id || filters.member_id;
/** A request is of a key or of a member. */
const open = groups.filter(({ name, filter }) => !filters[filter] && !(isOfCaller && (name === 'key' || name === 'member')));
const group = open.find(({ name }) => name === filtersIn(['group']).group) ?? open[0];

const usage = (query) => ({
  path: '/analytics/usage', query: { interval: range.interval, end: range.end, timezone: zone(), ...filters, ...query },
});

screen({
  title: 'Usage', place: 'Usage', show,
  requests: {
    time: usage({ granularity: range.granularity }), workspace: { path: '/workspace', optional: true },
    ...(group && { lines: usage({ group_by: group.name }) }),
    ...((group?.name === 'key' || filters.key_id) && { keys: keysRequest }),
    ...((group?.name === 'member' || filters.member_id) && { members: membersRequest }),
  },
});

function show({ body }, answers) {
  const { time: { data }, lines } = answers;
  const names = namesOf(answers);
  const root = fromTemplate('usage', {
    limit: limitInWords(answers.workspace?.data),
    'as-of': `Counted up to ${shown(data.as_of)} ${zone()}. Latencies are at most 19 % above the true ones.`,
  });
  body.append(root);
  find('[data-part=settings]', root).href = addressIn(workspace, 'settings');
  part(root, 'filters').append(...chips(names));
  part(root, 'ranges').append(rangeChoices(range));
  part(root, 'figures').append(...figures(data.total));
  part(root, 'chart').append(data.total.requests === 0 ? element('p', { class: 'empty' }, 'No requests in this time.') : chart(data));
  if (group) showLines(root, lines.data, names);
  else part(root, 'groups').remove();
}

const limitInWords = (plan) => (plan ? `The plan allows ${count(plan.requests_per_minute)} requests a minute, all keys together.` : '');

const heads = ['Requests', 'Client errors', 'Server errors', 'Over the limit', 'p50', 'p95', 'p99'];
const countsOf = (one) => [one.requests, one.client_errors, one.server_errors, one.rate_limited];
const latenciesOf = ({ latency_ms: latency }) => [latency.p50, latency.p95, latency.p99];
const latency = (number) => (number === null ? '–' : milliseconds(number));
const cellsOf = (one) => [...countsOf(one).map(count), ...latenciesOf(one).map(latency)];

const figures = (total) => cellsOf(total).map((text, index) => element('div', {},
  element('dt', {}, heads[index]), element('dd', {}, text)));

function chart({ groups: lines, granularity, start, end }) {
  const node = timeChart(lines.map(({ value, requests, partial }) => ({ value, count: requests, partial })), 'Requests', granularity);
  find('.actions', node).append(csvButton(`by-${granularity}`, `${granularity} (${zone()})`, lines, { start, end }));
  return node;
}

/** What is shown, with all its figures, as a file. */
function csvButton(what, head, lines, { start, end }, nameOf = (value) => value) {
  const day = (at) => new Date(at).toISOString().slice(0, 10);
  const save = async () => {
    const { csvOf, download } = await import('./files.js');
    const units = heads.map((one) => (one.startsWith('p') ? `${one} (ms)` : one));
    const rows = lines.map((line) => [nameOf(line.value), ...countsOf(line), ...latenciesOf(line)]);
    download(`usage-${workspace}-${what}-${day(start)}-${day(end)}.csv`, csvOf([head, ...units], rows));
  };
  return button('Save as CSV', save, { label: `Save as CSV: ${what.replace('-', ' ')}` });
}

// Groups and filters are steps of the address: a step back, and a copied address, have them.

function addressWith(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  return `?${query}`;
}

/** What stands for the requests that have none. */
const others = { key: 'Members, signed in', member: 'API keys', endpoint: 'Other addresses' };

const nameIn = (names, { name }, value) => names.get(value) ?? (value === '' || value === '-' ? others[name] : value);

function chips(names) {
  return groups.filter(({ filter }) => filters[filter]).map((one) => {
    const text = `${one.title} ${nameIn(names, one, filters[one.filter])}`;
    return element('a', { class: 'button quiet', href: addressWith({ [one.filter]: null }), 'aria-label': `Without ${text}` },
      text, element('span', { 'aria-hidden': 'true' }, '×'));
  });
}

function showLines(root, data, names) {
  const nameOf = (value) => nameIn(names, group, value);
  const days = `${shownDate(data.start)} to ${shownDate(Date.parse(data.end) - 1)}`;
  part(root, 'choices').append(...open.map((one) => element('a', {
    class: 'button', href: addressWith({ group: one.name }), 'aria-current': one === group ? 'true' : null,
  }, one.title)));
  if (data.groups.length === 0) return;
  const caption = `Requests by ${group.title}, ${days}`;
  const table = fromTemplate('table', { caption, head: group.title });
  find('tbody', table).append(...data.groups.slice(0, most).map((line) => row(line, nameOf(line.value))));
  part(root, 'lines').append(element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table));
  const left = data.groups.length - most;
  part(root, 'lines').append(element('p', { class: 'actions' }, csvButton(`by-${group.name}`, group.title, data.groups, data, nameOf),
    left > 0 ? element('span', { class: 'soft' }, `The first ${most} of ${count(data.groups.length)}; the file has all.`) : ''));
}

function row(line, name) {
  const isOpen = line.value !== '';
  const cell = isOpen ? element('a', { href: addressWith({ [group.filter]: line.value, group: null }), dir: 'auto' }, name) : name;
  return element('tr', { 'data-row': isOpen }, element('td', {}, cell),
    ...cellsOf(line).map((text, index) => element('td', { class: 'number' }, element('span', { class: 'narrow' }, `${heads[index]} `), text)));
}

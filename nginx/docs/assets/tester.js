// The tester of webhooks: which part of a request that an endpoint received does not match its secret. All of it is computed here.

const { element, say } = window;

/** Seconds that a timestamp may be off, as Standard Webhooks 1.0 has it. */
const tolerance = 300;

const encoder = new TextEncoder();

const place = document.getElementById('tester');
if (place) place.replaceChildren(...parts());

function parts() {
  const findings = element('ol', { class: 'findings', 'aria-label': 'What was checked', hidden: true });
  const form = element('form', { novalidate: true, submit: (event) => {
    event.preventDefault();
    show(findings, form.elements);
  } },
  field('body', 'Body', 'The bytes as they came, before any parser.', element('textarea', { rows: 6, spellcheck: 'false' })),
  field('webhook-id', 'webhook-id', 'The header; it begins with evt_.'),
  field('webhook-timestamp', 'webhook-timestamp', 'The header: seconds since 1970.', element('input', { inputmode: 'numeric' })),
  field('webhook-signature', 'webhook-signature', 'The header: v1, and Base64; while a rotation overlaps, two of them with a space between.'),
  field('secret', 'Secret', 'Of the endpoint, as it was shown when it was made: whsec_ and Base64.'),
  element('p', { class: 'actions' }, element('button', { type: 'submit', class: 'main' }, 'Check')));
  return [form, findings];
}

function field(name, label, help, input = element('input')) {
  const id = `tester-${name}`;
  for (const [attribute, value] of Object.entries({ id, name, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': `${id}-help` })) {
    input.setAttribute(attribute, value);
  }
  return element('div', { class: 'field' }, element('label', { for: id }, label), element('p', { class: 'help', id: `${id}-help` }, help), input);
}

async function show(list, elements) {
  const value = (name) => elements.namedItem(name).value;
  const findings = await check({
    // A field for text makes each end of a line a single newline: what was pasted with other ones is tried with those.
    body: value('body'), id: value('webhook-id').trim(), timestamp: value('webhook-timestamp').trim(),
    signature: value('webhook-signature').trim(), secret: value('secret').trim(),
  }, Date.now() / 1000);
  list.hidden = false;
  list.replaceChildren(...findings.map(({ part, state, text }) => element('li', { class: state },
    element('b', {}, words[state]), element('span', {}, element('strong', {}, `${part}.`), ` ${text}`))));
  const wrong = findings.filter(({ state }) => state === 'wrong').map(({ part }) => part);
  say(wrong.length === 0 ? 'All of it matches.' : `Does not match: ${wrong.join(', ')}.`);
}

const words = { right: 'Matches', wrong: 'Wrong', open: 'Not tried' };

const right = (part, text) => ({ part, state: 'right', text });
const wrong = (part, text) => ({ part, state: 'wrong', text });

/**
 * What is right and what is not of a request, part by part.
 *
 * @param {{ body: string, id: string, timestamp: string, signature: string, secret: string }} given
 * @param {number} now in seconds since 1970
 */
export async function check(given, now) {
  const secret = secretOf(given.secret);
  const signatures = signaturesOf(given.signature);
  const findings = [secret.finding, idFinding(given.id), timeFinding(given.timestamp, now), signatures.finding];
  if (!secret.bytes || signatures.known.length === 0 || !given.id || !given.timestamp) {
    return [...findings, { part: 'Body', state: 'open', text: 'It is tried once the parts above are there.' }];
  }
  return [...findings, await bodyFinding(given, secret, signatures.known)];
}

// The parts by themselves.

function secretOf(text) {
  const part = 'Secret';
  if (!text) return { finding: wrong(part, 'It is missing.') };
  if (!text.startsWith('whsec_')) return { finding: wrong(part, 'It does not begin with whsec_. Copy it whole; an API key is something else.') };
  const bytes = bytesOfBase64(text.slice('whsec_'.length));
  if (!bytes) return { finding: wrong(part, 'What follows whsec_ is no Base64: a character was lost or added.') };
  if (bytes.length < 24 || bytes.length > 64) return { finding: wrong(part, `It has ${bytes.length} bytes; it must have 24 to 64. A part of it is missing.`) };
  return { bytes, finding: right(part, `It is well formed and has ${bytes.length} bytes.`) };
}

function idFinding(id) {
  if (!id) return wrong('webhook-id', 'It is missing.');
  return right('webhook-id', id.startsWith('evt_') ? 'It is there.' : 'It is there, but it does not begin with evt_: MASK did not make it.');
}

function timeFinding(text, now) {
  const part = 'webhook-timestamp';
  if (!text) return wrong(part, 'It is missing.');
  if (!/^\d+$/.test(text)) return wrong(part, 'It is no number of seconds since 1970. Give the header as it came, not a date.');
  const seconds = Number(text);
  if (seconds > 100_000_000_000) return wrong(part, 'It is in milliseconds; the header has seconds.');
  const late = now - seconds;
  if (Math.abs(late) <= tolerance) return right(part, `It is ${length(late)} ${late >= 0 ? 'ago' : 'ahead'}, and five minutes are allowed.`);
  const reason = late > 0 ? 'A receiver refuses it as a repetition; to test an old request this does not matter.' : 'The clock here or there is wrong.';
  return wrong(part, `It is ${length(late)} ${late > 0 ? 'ago' : 'ahead'}; five minutes are allowed. ${reason}`);
}

function length(seconds) {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7200) return `${Math.round(whole / 60)} min`;
  return whole < 172_800 ? `${Math.round(whole / 3600)} h` : `${Math.round(whole / 86_400)} days`;
}

function signaturesOf(text) {
  const part = 'webhook-signature';
  const given = text.split(/\s+/).filter(Boolean);
  const known = given.filter((one) => one.startsWith('v1,')).map((one) => one.slice(3));
  if (given.length === 0) return { known, finding: wrong(part, 'It is missing.') };
  if (known.length === 0) {
    const version = given[0].includes(',') ? `It is of the version ${given[0].split(',')[0]}; ` : 'It has no version; ';
    return { known, finding: wrong(part, `${version}MASK signs as v1, and a comma follows.`) };
  }
  const broken = known.filter((one) => bytesOfBase64(one)?.length !== 32);
  if (broken.length > 0) return { known: known.filter((one) => !broken.includes(one)), finding: wrong(part, `${broken[0] || 'What follows v1,'} is not the Base64 of 32 bytes: a part of it is missing.`) };
  return { known, finding: right(part, known.length === 1 ? 'One signature of version 1.' : `${known.length} signatures of version 1: one must match.`) };
}

// The body, with the reasons for which one does not match that are met most.

async function bodyFinding({ body, id, timestamp }, { bytes }, known) {
  const part = 'Body';
  const matching = async (text, key = bytes, time = timestamp) => known.indexOf(await signature(key, `${id}.${time}.${text}`));
  const direct = await matching(body);
  if (direct >= 0) return right(part, known.length > 1 ? `Signature ${direct + 1} of ${known.length} is that of this body.` : 'The signature is that of this body.');
  for (const [text, reason] of variantsOf(body)) {
    if (await matching(text) >= 0) return wrong(part, reason);
  }
  for (const [key, reason] of keysOf(bytes)) {
    if (await matching(body, key) >= 0) return wrong('Key', reason);
  }
  return wrong('Signature', `${known.length > 1 ? `None of the ${known.length} is` : 'It is not'} of this body with this secret. Either the secret is that of `
    + 'another endpoint or of before a rotation, or the body, webhook-id or webhook-timestamp is not of this request.');
}

/** Bodies that were altered on their way into the field, as they may have been before, and what was done to them. */
function* variantsOf(body) {
  const bare = body.replace(/[\r\n]+$/, '');
  const parser = 'Sign the bytes as they came, before any JSON parser.';
  yield [bare, 'Without the newline at its end it matches: something added that.'];
  yield [`${bare}\n`, 'With a newline at its end it matches: something took that off.'];
  yield [`${bare}\r\n`, 'With CR and LF at its end it matches: something took those off.'];
  yield [body.replace(/\r?\n/g, '\r\n'), 'With CR and LF at the end of each line it matches: something made them LF alone.'];
  yield [body.trim(), 'Without the space around it, it matches: something added that.'];
  yield [body.replace(/^\uFEFF/, ''), 'Without the byte order mark at its start it matches: something added that.'];
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    return;
  }
  yield [JSON.stringify(value), `Written as JSON without spaces it matches: it was parsed and written again. ${parser}`];
  yield [JSON.stringify(value).replaceAll('/', '\\/'), `With slashes as \\/ it matches: it was parsed and written again. ${parser}`];
  yield [JSON.stringify(value, null, 2), `Indented by two spaces it matches: it was parsed and written again. ${parser}`];
  const ascii = JSON.stringify(value).replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  yield [ascii, `With \\u for letters beyond ASCII it matches: it was parsed and written again. ${parser}`];
  yield [body.normalize('NFC'), 'With its letters composed (NFC) it matches: something took them apart.'];
}

/** Keys that a program makes of a secret by mistake. A signature of MASK is by none of them: it was made by that program. */
function* keysOf(bytes) {
  const base64 = btoa(String.fromCharCode(...bytes));
  yield [encoder.encode(`whsec_${base64}`), 'The signature was made with the secret as text. What signs is what follows whsec_, decoded from Base64.'];
  yield [encoder.encode(base64), 'The signature was made with the Base64 as text. Decode it first.'];
}

async function signature(key, text) {
  const made = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign('HMAC', made, encoder.encode(text)))));
}

/** Null for what is no Base64. */
function bytesOfBase64(text) {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}

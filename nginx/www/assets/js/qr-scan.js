// Reads a QR code as it was drawn: for browsers without a reader of their own. It is made for clean drawings whose rows are level, and
// strict where scanners are: dark on light, with enough between the two. ISO/IEC 18004, without kanji.

/** Why a drawing cannot be read, in words for the user. */
export class Unreadable extends Error {}

/** The text of a code in a canvas. */
export async function scan(canvas) {
  const own = await readerOfBrowser();
  if (!own) return decoded(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height));
  const [found] = await own.detect(canvas);
  if (!found) throw new Unreadable('This browser\'s scanner finds no code.');
  return found.rawValue;
}

async function readerOfBrowser() {
  const formats = await globalThis.BarcodeDetector?.getSupportedFormats?.().catch(() => []) ?? [];
  return formats.includes('qr_code') ? new globalThis.BarcodeDetector({ formats: ['qr_code'] }) : null;
}

/** Where a code stands in a canvas, in pixels, and its modules on a side. */
export function measured(canvas) {
  const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const isDark = darkness(image);
  return { ...boxOf(image, isDark), modules: gridOf(image, isDark).length };
}

/** The text of a code in pixels `{ data, width, height }`, four bytes each. */
export function decoded(image) {
  const isDark = darkness(image);
  const grid = gridOf(image, isDark);
  const { level, mask } = formatOf(grid);
  return textOf(corrected(codewords(grid, mask), versionOf(grid), level), versionOf(grid));
}

// From pixels to modules.

/** Grey levels between dark and light, of 255, that a camera needs in everyday light. */
const leastGap = 64;

/** Which pixels are dark: Otsu's threshold, which parts the grey levels into the two groups that differ most. */
function darkness({ data, width, height }) {
  const grey = new Uint8Array(width * height);
  const histogram = new Float64Array(256);
  for (let at = 0; at < grey.length; at += 1) {
    grey[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
    histogram[grey[at]] += 1;
  }
  const { threshold, gap } = parted(histogram, grey.length);
  if (gap < leastGap) throw new Unreadable('Its dark and its light are too much alike for a scanner.');
  return (x, y) => grey[y * width + x] <= threshold;
}

function parted(histogram, total) {
  const sum = histogram.reduce((all, number, level) => all + number * level, 0);
  let best = { between: -1, threshold: 0, gap: 0 };
  let [count, dark] = [0, 0];
  for (let level = 0; level < 255; level += 1) {
    count += histogram[level];
    dark += histogram[level] * level;
    if (count === 0 || count === total) continue;
    const gap = (sum - dark) / (total - count) - dark / count;
    const between = count * (total - count) * gap * gap;
    if (between > best.between) best = { between, threshold: level, gap };
  }
  return best;
}

/** The modules: rows of booleans. The dark pixels reach as far as the code does; of all sizes the one with its patterns is right. */
function gridOf(image, isDark) {
  const box = boxOf(image, isDark);
  for (let version = 1; version <= 40; version += 1) {
    const side = 17 + 4 * version;
    if (side > box.side) break;
    const grid = sampled(box, side, isDark);
    if (hasPatterns(grid)) return grid;
  }
  throw new Unreadable('A scanner finds none of the three squares in its corners: it has to be dark on light.');
}

function boxOf({ width, height }, isDark) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (!isDark(x, y)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  // The corner at the right and below has no square: what is dark there may end before it.
  return { left, top, side: Math.max(right - left, bottom - top) + 1 };
}

function sampled({ left, top, side }, modules, isDark) {
  const middle = (index) => Math.floor((index + 0.5) * side / modules);
  const row = (y) => Array.from({ length: modules }, (_, column) => isDark(left + middle(column), y));
  return Array.from({ length: modules }, (_, index) => row(top + middle(index)));
}

/** The three squares and the two dotted lines between them, but for a few modules. */
function hasPatterns(grid) {
  const end = grid.length - 7;
  const square = (top, left) => {
    let wrong = 0;
    for (let y = 0; y < 7; y += 1) {
      for (let x = 0; x < 7; x += 1) wrong += grid[top + y][left + x] !== (ring(y, x) !== 2);
    }
    return wrong;
  };
  let wrong = 0;
  for (let at = 8; at <= end; at += 1) wrong += (grid[6][at] !== (at % 2 === 0)) + (grid[at][6] !== (at % 2 === 0));
  return [[0, 0], [0, end], [end, 0]].every(([top, left]) => square(top, left) <= 3) && wrong <= (end - 7) / 4;
}

/** Of a module in a finder: 3 at its edge, 0 in its middle. */
const ring = (y, x) => Math.max(Math.abs(y - 3), Math.abs(x - 3));

const versionOf = (grid) => (grid.length - 17) / 4;

// What the code says of itself: how much it corrects, and its mask.

const levels = 'MLHQ';

/** All 32 formats as they stand in a code: five bits, ten that check them, and the fixed mask over both. */
const formats = Array.from({ length: 32 }, (_, data) => {
  let rest = data;
  for (let step = 0; step < 10; step += 1) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  return ((data << 10) | rest) ^ 0x5412;
});

function formatOf(grid) {
  const end = grid.length - 1;
  const beside = [0, 1, 2, 3, 4, 5, 7, 8].map((row) => grid[row][8]).concat([7, 5, 4, 3, 2, 1, 0].map((column) => grid[8][column]));
  const apart = Array.from({ length: 8 }, (_, at) => grid[8][end - at]).concat(Array.from({ length: 7 }, (_, at) => grid[end - 6 + at][8]));
  const numbers = [beside, apart].map((bits) => bits.reduce((number, bit, at) => number | (bit << at), 0));
  const found = formats.findIndex((format) => numbers.some((number) => ones(number ^ format) <= 3));
  if (found < 0) throw new Unreadable('A scanner cannot read which kind of code it is.');
  return { level: levels[found >> 3], mask: found & 7 };
}

const ones = (number) => number.toString(2).replaceAll('0', '').length;

const masks = [
  (y, x) => (y + x) % 2, (y) => y % 2, (_, x) => x % 3, (y, x) => (y + x) % 3, (y, x) => (Math.floor(y / 2) + Math.floor(x / 3)) % 2,
  (y, x) => (y * x) % 2 + (y * x) % 3, (y, x) => ((y * x) % 2 + (y * x) % 3) % 2, (y, x) => ((y + x) % 2 + (y * x) % 3) % 2,
];

// From modules to bytes.

/** Where the small squares have their middle, on both axes. */
function alignments(version) {
  if (version === 1) return [];
  const number = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + number * 3 + 5) / (number * 4 - 4)) * 2;
  return [6, ...Array.from({ length: number - 1 }, (_, at) => 4 * version + 10 - at * step).reverse()];
}

/** Whether a module has no data: squares, dotted lines, what the code says of itself. */
function reserving(version) {
  const side = 17 + 4 * version;
  const middles = alignments(version);
  const last = middles.at(-1);
  const isCorner = (y, x) => (y === 6 && (x === 6 || x === last)) || (y === last && x === 6);
  const isNear = (value) => middles.filter((middle) => Math.abs(middle - value) <= 2);
  return (y, x) => {
    if (y === 6 || x === 6) return true;
    if ((y < 9 && (x < 9 || x >= side - 8)) || (y >= side - 8 && x < 9)) return true;
    if (version >= 7 && ((y < 6 && x >= side - 11) || (x < 6 && y >= side - 11))) return true;
    return isNear(y).some((row) => isNear(x).some((column) => !isCorner(row, column)));
  };
}

/** The bytes in the order in which they stand: in columns of two from the right, upwards and downwards in turn. */
function codewords(grid, mask) {
  const side = grid.length;
  const isReserved = reserving(versionOf(grid));
  const bytes = [];
  let [byte, bits, isUp] = [0, 0, true];
  for (let right = side - 1; right > 0; right -= right === 8 ? 3 : 2) {
    for (let step = 0; step < side; step += 1) {
      const y = isUp ? side - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (isReserved(y, x)) continue;
        byte = (byte << 1) | (grid[y][x] !== (masks[mask](y, x) === 0) ? 1 : 0);
        bits += 1;
        if (bits < 8) continue;
        bytes.push(byte);
        [byte, bits] = [0, 0];
      }
    }
    isUp = !isUp;
  }
  return bytes;
}

// Correction: the bytes are in blocks, each with bytes that check it (Reed and Solomon, over the field of 256 with 0x11d).

/** Of each version: how many bytes check a block, and how many blocks there are. ISO/IEC 18004, table 9. */
const checks = {
  L: [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28],
  M: [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26],
  Q: [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28],
  H: [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24],
};
/** Of the versions after those. */
const usualChecks = { L: 30, M: 28, Q: 30, H: 30 };
const blocks = {
  L: [
    1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
  ],
  M: [
    1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43,
    45, 47, 49,
  ],
  Q: [
    1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53,
    56, 59, 62, 65, 68,
  ],
  H: [
    1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63,
    66, 70, 74, 77, 81,
  ],
};

/** The bytes of all blocks, corrected and in order, without those that check. The first blocks may be a byte shorter. */
function corrected(bytes, version, level) {
  const check = checks[level][version - 1] ?? usualChecks[level];
  const number = blocks[level][version - 1];
  const short = Math.floor(bytes.length / number) - check;
  const long = bytes.length % number;
  const parts = Array.from({ length: number }, () => []);
  const lengths = parts.map((_, at) => short + (at >= number - long ? 1 : 0));
  let next = 0;
  for (let at = 0; at <= short; at += 1) parts.forEach((part, index) => at < lengths[index] && part.push(bytes[next++]));
  for (let at = 0; at < check; at += 1) for (const part of parts) part.push(bytes[next++]);
  return parts.flatMap((part, index) => repaired(part, check).slice(0, lengths[index]));
}

const powers = new Uint8Array(510);
const logs = new Uint8Array(256);
for (let at = 0, value = 1; at < 255; at += 1) {
  powers[at] = value;
  powers[at + 255] = value;
  logs[value] = at;
  value = (value << 1) ^ ((value >> 7) * 0x11d);
}

const times = (left, right) => (left && right ? powers[logs[left] + logs[right]] : 0);
const inverse = (value) => powers[255 - logs[value]];

/** The value of a polynomial, whose coefficients begin with the constant. */
const valueAt = (polynomial, x) => polynomial.reduceRight((sum, coefficient) => times(sum, x) ^ coefficient, 0);

/** A block with its wrong bytes put right. */
function repaired(block, check) {
  const backwards = block.toReversed();
  const syndromes = Array.from({ length: check }, (_, at) => valueAt(backwards, powers[at]));
  if (syndromes.every((one) => one === 0)) return block;
  const locator = locatorOf(syndromes);
  const places = block.map((_, at) => at).filter((at) => valueAt(locator, inverse(powers[at])) === 0);
  if (places.length !== locator.length - 1) throw tooDamaged();
  const evaluator = syndromes.map((_, at) => locator.slice(0, at + 1)
    .reduce((sum, one, index) => sum ^ times(one, syndromes[at - index]), 0));
  for (const place of places) backwards[place] ^= magnitude(locator, evaluator, powers[place]);
  if (syndromes.some((_, at) => valueAt(backwards, powers[at]) !== 0)) throw tooDamaged();
  return backwards.toReversed();
}

const tooDamaged = () => new Unreadable('More of it is covered than its error correction can restore.');

/** The polynomial whose roots are where the errors are (Berlekamp and Massey). */
function locatorOf(syndromes) {
  let [locator, before, length, shift, last] = [[1], [1], 0, 1, 1];
  syndromes.forEach((syndrome, at) => {
    let off = syndrome;
    for (let index = 1; index <= length; index += 1) off ^= times(locator[index] ?? 0, syndromes[at - index]);
    if (off === 0) {
      shift += 1;
      return;
    }
    const factor = times(off, inverse(last));
    const next = Array.from({ length: Math.max(locator.length, before.length + shift) },
      (_, index) => (locator[index] ?? 0) ^ times(factor, before[index - shift] ?? 0));
    if (2 * length <= at) [before, length, last, shift] = [locator, at + 1 - length, off, 1];
    else shift += 1;
    locator = next;
  });
  while (locator.at(-1) === 0) locator.pop();
  return locator;
}

/** By how much the byte at a place is wrong (Forney). */
function magnitude(locator, evaluator, x) {
  const back = inverse(x);
  const power = (index) => powers[(logs[back] * index) % 255];
  const slope = locator.reduce((sum, one, index) => (index % 2 ? sum ^ times(one, power(index - 1)) : sum), 0);
  if (slope === 0) throw tooDamaged();
  return times(x, times(valueAt(evaluator, back), inverse(slope)));
}

// From bytes to text.

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const encoder = new TextEncoder();

/** Ways to write, by the four bits that name them: how long the number of signs is, by version, and what reads so many signs. */
const modes = {
  1: { widths: [10, 12, 14], read: (take, count) => digits(take, count) },
  2: { widths: [9, 11, 13], read: (take, count) => signs(take, count) },
  4: { widths: [8, 16, 16], read: (take, count) => Array.from({ length: count }, () => take(8)) },
};

/** Three digits in ten bits. */
function digits(take, count) {
  let text = '';
  for (let left = count; left > 0; left -= 3) {
    const length = Math.min(left, 3);
    text += String(take([0, 4, 7, 10][length])).padStart(length, '0');
  }
  return encoder.encode(text);
}

/** Two of the 45 letters in eleven bits. */
function signs(take, count) {
  let text = '';
  for (let left = count; left > 1; left -= 2) {
    const pair = take(11);
    text += letters[Math.floor(pair / 45)] + letters[pair % 45];
  }
  return encoder.encode(count % 2 ? text + letters[take(6)] : text);
}

/** Parts one after the other, each in the way that is shortest for it, to the end mark or to the end. */
function textOf(bytes, version) {
  let at = 0;
  const isLeft = (length) => at + length <= 8 * bytes.length;
  const take = (length) => {
    if (!isLeft(length)) throw new Unreadable('It says that it is longer than it is.');
    let value = 0;
    for (const end = at + length; at < end; at += 1) value = value * 2 + ((bytes[at >> 3] >> (7 - (at & 7))) & 1);
    return value;
  };
  const text = [];
  for (let mode = take(4); mode !== 0; mode = isLeft(4) ? take(4) : 0) {
    if (!modes[mode]) throw new Unreadable('It is written in a way that MASK does not use.');
    const { widths, read } = modes[mode];
    text.push(...read(take, take(widths[version < 10 ? 0 : version < 27 ? 1 : 2])));
  }
  return new TextDecoder().decode(Uint8Array.from(text));
}

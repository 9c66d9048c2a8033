// Times, numbers and values as a reader takes them in.

const number = new Intl.NumberFormat('en-US');
export const count = (value) => number.format(value);
export const plural = (value, word) => `${count(value)} ${word}${value === 1 ? '' : 's'}`;

const two = (value) => String(value).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

export function clock(time, precise = false) {
  const date = new Date(time);
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return precise ? `${minutes}:${two(date.getSeconds())}` : minutes;
}
export const seconds = (time) => `:${two(new Date(time).getSeconds())}`;
export function day(time) {
  const date = new Date(time);
  return `${date.getDate()} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`;
}
export const day_key = (time) => new Date(time).toDateString();
export function day_heading(time, now = Date.now()) {
  const date = new Date(time);
  if (date.toDateString() === new Date(now).toDateString()) return 'Today';
  if (date.toDateString() === new Date(now - 86400000).toDateString()) return 'Yesterday';
  return `${DAYS[date.getDay()]}, ${day(time)}`;
}
export const moment = (time) => (time ? `${day(time)} ${clock(time)}` : 'never');
export const exact = (time) => (time ? `${day(time)} ${clock(time, true)}` : 'never');

const UNITS = [[86400 * 365, 'y'], [86400 * 30, 'mo'], [86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
export function span(seconds) {
  for (const [size, unit] of UNITS) if (seconds >= size) return `${count(Math.floor(seconds / size))} ${unit}`;
  return 'now';
}
export function age(time, now = Date.now()) {
  if (!time) return '';
  const text = span((now - Date.parse(time)) / 1000);
  return text === 'now' ? 'just now' : `${text} ago`;
}

// 1 for what changed this minute, towards what is just seen for what is years old: by the logarithm of its age.
export function heat(time, now = Date.now()) {
  const minutes = Math.max(1, (now - Date.parse(time)) / 60000);
  return Math.max(0.2, 1 - Math.log10(minutes) / 6.2);
}

export function value_text(value) {
  if (value === null || value === undefined) return '—';
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}
export const initials = (name) => name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => [...word][0]).join('').toUpperCase() || '#';
// Cut behind a whole character, which may be two of a string's units.
export const short = (text, most = 80) => (text.length > most ? `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…` : text);

// What others wrote, within a line of ours: letters that run from right to left, and characters that turn the direction, would
// put what stands beside them in another order.
const TURNS = /[\u202A-\u202E\u2066-\u2069]/g, TO_THE_LEFT = /[\u0590-\u08FF\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFC]|[\uD802\uD803\uD83A\uD83B]/;
export const apart = (text) => (TO_THE_LEFT.test(text) ? `\u2068${text.replace(TURNS, '')}\u2069` : text);

// What a contact is called: the first of these that says something.
export function name_of({fields, identities, id}) {
  const said = [fields.name, fields.email, identities[0]?.externalId].map((value) => (value ? value_text(value).trim() : '')).find(Boolean);
  return said ?? `Contact ${id}`;
}

// "fields.email" is "email" to a reader, "tags.vip" the tag vip.
export function path_name(path) {
  if (path.startsWith('fields.')) return path.slice(7);
  if (path.startsWith('client.')) return path.slice(7);
  if (path.startsWith('tags.')) return `tag ${path.slice(5)}`;
  return {companyId: 'company', mergedInto: 'merged into'}[path] ?? path;
}

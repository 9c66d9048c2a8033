// A contact as it stands, or stood: one row a field, with its source, its age and how fresh it is.
import {blame_box} from './blame.js';
import {h, show} from './element.js';
import {age, count, exact, heat, path_name, value_text} from './format.js';

// [path, value] of all that a contact is.
export function entries_of(contact) {
  const rows = [];
  for (const [name, value] of Object.entries(contact.fields).sort(([a], [b]) => a.localeCompare(b, undefined, {numeric: true}))) rows.push([`fields.${name}`, value]);
  for (const tag of contact.tags) rows.push([`tags.${tag}`, true]);
  for (const [name, value] of Object.entries(contact.client)) rows.push([`client.${name}`, value]);
  rows.push(['companyId', contact.companyId]);
  return rows;
}

const SECTIONS = [['Fields', (path) => path.startsWith('fields.')], ['Tags', (path) => path.startsWith('tags.')],
                  ['Client and company', (path) => path.startsWith('client.') || path === 'companyId']];

// `at`: the event of the past that is shown, or null; `live`: how the contact stands now. `edit(path)`: the buttons that change it.
export class StatePanel {
  constructor(place, {before, edit}) {
    Object.assign(this, {place, before, edit});
    this.open = null;
    this.writes = new Map();
  }

  set_blame(items) {
    this.writes = new Map(items.map((item) => [item.path, item.writes]));
  }

  // An open blame is read again: another event may hold now. In the past, too, for a late one changes what was.
  heard() { this.blame?.again(); }
  blame_of(contact, path) {
    if (this.blame?.path !== path || this.blame.id !== contact.id) this.blame = {path, id: contact.id, ...blame_box(contact.id, path, {before: this.before})};
    return this.blame.element;
  }

  draw(contact, {at = null, live = contact, changed = new Set()} = {}) {
    this.last = [contact, {at, live}];
    const focused = this.place.contains(document.activeElement) ? document.activeElement.dataset.path : null;
    const was = new Map((at?.changes ?? []).map((change) => [change.path, change.old]));
    const now = new Map(entries_of(live));
    const rows = entries_of(contact);
    for (const path of was.keys()) if (path.startsWith('tags.') && !rows.some(([known]) => known === path)) rows.push([path, null]);
    const empty = rows.filter(([path, value]) => value === null && !was.has(path)).length;
    const sections = SECTIONS.map(([title, belongs]) => {
      const own = rows.filter(([path, value]) => belongs(path) && (this.empties || value !== null || was.has(path)));
      return own.length ? h('section', {}, h('h3', {}, title), own.map(([path, value]) => this.row(contact, path, value, {at, was, now, changed}))) : null;
    });
    show(this.place, sections, this.identities(contact), this.alternates(contact), this.counters(contact),
      empty ? h('button.link', {onclick: () => { this.empties = !this.empties; this.draw(...this.last); }}, this.empties ? 'hide what is empty' : `show ${empty} empty`) : null,
      contact.masked?.length ? h('p.faint', {}, `${contact.masked.length} values are hidden from this key (personal:read)`) : null);
    if (focused) this.place.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus({preventScroll: true});
  }

  row(contact, path, value, {at, was, now, changed}) {
    const write = (this.writes.get(path) ?? []).find((one) => !at || one.time <= at.time);
    const differs = at && JSON.stringify(now.get(path) ?? null) !== JSON.stringify(value);
    const open = this.open === path;
    const dot = h('i.heat', {'aria-hidden': 'true'});
    if (write) dot.style.opacity = heat(write.time, at ? Date.parse(at.time) : Date.now());
    const tag = path.startsWith('tags.');
    return h(`div.field${was.has(path) ? '.was' : ''}${changed.has(path) ? '.flash' : ''}`, {},
      h('button.field-row', {'aria-expanded': String(open), 'data-path': path, onclick: () => { this.open = open ? null : path; this.blame = null; this.draw(...this.last); }},
        dot, h('span.field-name', {dir: 'auto'}, tag ? path.slice(5) : path_name(path)),
        h('span.field-value', {dir: 'auto'}, tag ? (value ? '' : 'not set') : value_text(value),
          was.has(path) && h('em', {}, tag ? (was.get(path) ? 'was set' : 'was not set') : `was ${value_text(was.get(path))}`),
          differs && h('em.now', {}, tag ? 'not so now' : `now ${value_text(now.get(path))}`)),
        h('span.field-age', {title: write ? `${write.source}, ${exact(write.time)}` : ''}, write ? [h('span', {}, write.source), age(write.time, at ? Date.parse(at.time) : Date.now())] : '')),
      open && [h('div.row-actions', {}, this.edit(path)), this.blame_of(contact, path)]);
  }

  identities({identities}) {
    return identities.length ? h('section', {}, h('h3', {}, 'Identities'), identities.map(({channel, externalId}) =>
      h('div.field', {}, h('div.field-row', {}, h('i.heat'), h('span.field-name', {}, channel), h('span.field-value', {}, externalId ?? 'hidden'))))) : null;
  }
  alternates({alternates}) {
    const all = Object.entries(alternates);
    return all.length ? h('section', {}, h('h3', {}, 'Other values of members'), all.map(([name, values]) => values.map(({value, contact}) =>
      h('div.field', {}, h('div.field-row', {}, h('i.heat'), h('span.field-name', {}, name), h('span.field-value', {}, value_text(value)), h('span.field-age', {}, `of ${contact}`)))))) : null;
  }
  counters({counters}) {
    return h('section', {}, h('h3', {}, 'Counters'), h('div.counters', {}, Object.entries(counters).map(([name, value]) =>
      h('div', {}, h('b', {}, count(value)), h('span', {}, name === 'openCases' ? 'open cases' : name)))));
  }
}

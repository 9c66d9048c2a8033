// The list of contacts: words, filters, and pages by keyset that show one moment.
import {get, query} from './api.js';
import {empty_box, load, more_button} from './dialog.js';
import {h, show, table} from './element.js';
import {feed} from './feed.js';
import {age, count, heat, initials, moment, name_of, plural, value_text} from './format.js';
import {where_chips, where_text} from './where.js';

const TAGS_MAX = 12;
const ORDERS = [['lastSeen|desc', 'Last seen', 'most recently seen first'], ['dateCreated|desc', 'Newest', 'newest first'], ['dateUpdated|desc', 'Last changed', 'most recently changed first'], ['', 'Id', 'by id']];

export class ContactsPage {
  constructor(_, parameters) {
    this.search = parameters.get('search') ?? '';
    this.where = parameters.getAll('where');
    this.order = parameters.get('order') ?? 'lastSeen|desc';
    this.declared = [];
    this.used = [];
    this.chips = h('div.chips');
    this.tags = h('div.chips.tags');
    this.note = h('p.faint.explain', {'aria-live': 'polite'});
    this.body = h('div.list-body');
    const order = h('select', {'aria-label': 'Order', onchange: (event) => { this.order = event.target.value; this.go(); }}, ORDERS.map(([value, text]) =>
      h('option', {value, selected: value === this.order}, text)));
    this.element = h('div.page', {}, h('header.page-head', {}, h('h1', {}, 'Contacts'), this.total = h('span.total'), h('span.grow'), order), h('div.filters', {}, this.chips, this.tags), this.note, this.body);
  }

  mount() {
    feed.follow([]);
    where_chips(this.chips, this.where, (next) => { this.where = next; this.go(); });
    get('/v1/tags').then(({items}) => { this.declared = (items ?? []).map(({name}) => name); this.draw_tags(); }).catch(() => undefined);
    this.begin();
  }
  begin() { load(this.body, () => this.read(), 12); }
  unmount() { this.gone = true; this.stop?.(); }

  // Those asked for, then those that are declared, then those that the contacts shown have most.
  draw_tags() {
    const asked = this.where.filter((clause) => clause.startsWith('tags|eq|')).map((clause) => clause.slice(8).replace(/\\([\\|,])/g, '$1'));
    show(this.tags, [...new Set([...asked, ...this.declared, ...this.used])].slice(0, TAGS_MAX).sort().map((name) => {
      const clause = `tags|eq|${name.replace(/[\\|,]/g, '\\$&')}`, on = this.where.includes(clause);
      return h('button.chip.tag', {'aria-pressed': String(on), onclick: () => { this.where = on ? this.where.filter((one) => one !== clause) : [...this.where, clause]; this.go(); }}, name);
    }));
  }

  go() { location.hash = `#/contacts${query({search: this.search, where: this.where, order: this.order === 'lastSeen|desc' ? '' : this.order})}`; }

  page(cursor) {
    return get(`/v1/contacts${query({search: this.search, where: this.where, order: this.order, limit: 50, explain: 1, cursor})}`);
  }

  async read() {
    const page = await this.page();
    if (this.gone) return undefined;
    this.total.textContent = count(page.total);
    const used = new Map();
    for (const {tags} of page.items) for (const tag of tags) used.set(tag, (used.get(tag) ?? 0) + 1);
    this.used = [...used].sort(([, a], [, b]) => b - a).map(([tag]) => tag);
    this.draw_tags();
    const {index, contactsRead} = page.explain, asked = this.search || this.where.length;
    this.note.textContent = [`${plural(page.total, 'contact')}${this.search ? ` for “${this.search}”` : ''}, ${ORDERS.find(([value]) => value === this.order)?.[2] ?? this.order}`,
      asked && `${index === 'none' || index === 'id' ? 'by looking at each' : `by the index of ${index}`}: ${plural(contactsRead, 'contact')} read`].filter(Boolean).join(' · ');
    if (!page.items.length) return this.nothing();
    const list = table('table.contacts', ['Contact', 'Channels', 'Tags', 'Last seen', 'Visits', 'Chats', 'Open', 'Events'], page.items.map((contact) => this.row(contact)));
    this.rows = list.tBodies[0];
    const show_channels = (items) => { if (items.some(({identities}) => identities.length)) list.classList.remove('no-channels'); };
    list.classList.add('no-channels');
    show_channels(page.items);
    const read_on = async (cursor) => {
      const {items, next} = await this.page(cursor);
      this.rows.append(...items.map((contact) => this.row(contact)));
      show_channels(items);
      return next;
    };
    return [h('div.card.table-card', {}, list), more_button(page.next, read_on, () => this.begin())];
  }

  row(contact) {
    const {fields, counters} = contact;
    const name = name_of(contact);
    const channels = [...new Set(contact.identities.map(({channel}) => channel))];
    const dot = h('i.heat', {'aria-hidden': 'true'}), bar = h('i.share', {'aria-hidden': 'true'});
    dot.style.opacity = contact.lastSeen ? heat(contact.lastSeen) : 0;
    bar.style.width = `${Math.min(1, Math.log10(1 + counters.events) / 5) * 100}%`;
    return h('tr', {onclick: (event) => { if (!event.target.closest('a')) location.hash = `#/contacts/${contact.id}`; }},
      h('td', {}, h('div.person', {}, h(`span.avatar.hue-${contact.id % 4}`, {'aria-hidden': 'true'}, initials(name)), h('div', {}, h('div', {}, h('a', {href: `#/contacts/${contact.id}`, dir: 'auto'}, name), h('span.faint.id', {}, `#${contact.id}`), contact.status === 'archived' && h('span.chip', {}, 'archived'), contact.blocked && h('span.chip.red', {}, 'blocked')),
        h('div.faint.below', {}, fields.name && fields.email && h('span', {}, value_text(fields.email)), fields.phone && h('span.phone', {}, value_text(fields.phone)))))),
      h('td.channels', {}, channels.slice(0, 3).map((channel) => h('span.chip', {}, channel)), channels.length > 3 && h('span.faint', {}, ` +${channels.length - 3}`)),
      h('td.tags-cell', {}, contact.tags.slice(0, 3).map((tag) => h('span.chip.tag', {dir: 'auto'}, tag)), contact.tags.length > 3 && h('span.faint', {}, ` +${contact.tags.length - 3}`)),
      h('td.when', {title: moment(contact.lastSeen)}, dot, contact.lastSeen ? age(contact.lastSeen) : 'never'), ['visits', 'chats'].map((one) => h(`td.number.few${counters[one] ? '' : '.faint'}`, {}, count(counters[one]))),
      h('td.number.few', {}, counters.openCases ? h('span.chip.amber', {}, count(counters.openCases)) : h('span.faint', {}, '0')), h('td.number.events', {}, count(counters.events), bar));
  }

  nothing() {
    if (this.search || this.where.length) {
      return empty_box('No contact fits', h('p', {}, ['Hidden by ', [this.search && `the words “${this.search}”`, ...this.where.map(where_text)].filter(Boolean).join(', '), '.']),
        h('div.actions', {}, h('button.primary', {onclick: () => { this.search = ''; this.where = []; this.go(); }}, 'Clear')));
    }
    feed.follow('all');
    this.stop = feed.listen(({kind}) => { if (kind !== 'state') { this.stop?.(); this.begin(); } });
    return empty_box('No contacts yet', h('p', {}, 'Publish an event:'), h('pre', {}, `curl ${location.origin}/v1/events -H "Authorization: Bearer $RAPPORT_KEY" \\\n  -H 'Content-Type: application/cloudevents+json' \\\n  -d '{"specversion":"1.0","id":"1","source":"shell","type":"contact.created","subject":"identity/web:me","data":{"fields":{"name":"Ada"}}}'`),
      h('p', {}, 'or import a table of contacts, or a web server’s log:'), h('pre', {}, 'rapport import csv contacts.csv\nrapport import access-log access.log.gz'), h('p.waiting', {}, 'Waiting for the first event…'));
  }

  key(name) {
    if (name === 'f') return this.chips.querySelector('.add').click() ?? true;
    if (name !== 'j' && name !== 'k' || !this.rows) return false;
    const links = [...this.rows.querySelectorAll('a')];
    links[Math.min(links.length - 1, Math.max(0, links.indexOf(document.activeElement) + (name === 'j' ? 1 : -1)))]?.focus();
    return true;
  }
}

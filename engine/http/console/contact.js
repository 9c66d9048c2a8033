// One contact: its state beside its timeline, under the slider that moves both through time.
import {know_actors} from './actors.js';
import {curl, get, query} from './api.js';
import {Comparison} from './comparison.js';
import {contact_menu, copy} from './copy.js';
import {announce, dialog, empty_box, load, note} from './dialog.js';
import {head_buttons, new_buttons, row_buttons} from './edit.js';
import {h, icon, show} from './element.js';
import {erase_button, gone_box} from './erase.js';
import {change_text, lane_of, summary} from './event_text.js';
import {feed} from './feed.js';
import {age, count, exact, initials, moment, name_of} from './format.js';
import {History, PAGE} from './history.js';
import {prefer, preferences} from './preferences.js';
import {write_button} from './session.js';
import {Slider} from './slider.js';
import {StatePanel} from './state.js';
import {timeline_rows} from './timeline.js';
import {unmerge_button} from './merge.js';
import {VirtualList} from './virtual_list.js';

// [name, seconds]
const BUCKETS = [['1s', 1], ['15s', 15], ['1m', 60], ['10m', 600], ['1h', 3600], ['6h', 21600], ['1d', 86400], ['7d', 604800], ['60d', 5184000], ['366d', 31622400]];
const PAGES_TO_READ = 3, NEWER_ROWS = 50;
const HISTORY_REST = 5;  // times as long as the history took to read, until it is read again for what happens now
const EXACT_MAX = 1500;  // events, up to which the slider shows each by itself
const KINDS = {visits: ['visit.started', 'visit.ended', 'page.viewed'], chats: ['chat.started', 'chat.message', 'case.status.changed'],
  edits: ['contact.created', 'contact.changed', 'contact.fields.changed', 'contact.tags.changed', 'contact.client.changed', 'contact.company.changed', 'contact.merged_into', 'contact.absorbed', 'contact.unmerged', 'contact.parted'], notes: ['note.added']};

// The finest histogram that is still drawn apart.
async function activity_of(id, contact) {
  const seconds = Math.max(1, (Date.parse(contact.dateUpdated ?? contact.dateCreated) - Date.parse(contact.firstSeen ?? contact.dateCreated)) / 1000);
  let at = contact.counters.events <= EXACT_MAX ? 0 : BUCKETS.findIndex(([, size]) => seconds / size < 1500);
  for (at = at < 0 ? BUCKETS.length - 1 : at; ; ++at) {
    try {
      return await get(`/v1/contacts/${id}/activity?bucket=${BUCKETS[at][0]}`);
    } catch (problem) {
      if (problem.field !== 'bucket' || at === BUCKETS.length - 1) throw problem;
    }
  }
}

export class ContactPage {
  constructor([id], parameters) {
    this.id = Number(id);
    this.asked = parameters.get('at');
    this.open = new Set();
    this.unfolded = new Set();
    this.fresh = new Set();
    this.waiting = 0;
    this.mode = 'happened';
    this.kind = '';
    this.changes_only = false;
    this.at = null;
    this.history_due = 0;
    this.element = h('div.page.contact', {'data-tab': 'timeline'});
  }

  mount() {
    feed.follow([this.id]);
    this.stop = feed.listen((message) => this.hear(message));
    load(this.element, () => this.read(), 9);
  }
  unmount() { this.gone = true; this.stop?.(); this.reading?.abort(); clearTimeout(this.soon); clearTimeout(this.later); }

  // Another key may also see more, so that it is read again.
  session() {
    if (!this.list) return void load(this.element, () => this.read(), 9);
    this.draw_head();
    this.draw_state();
    this.refresh();
  }

  // What comes once another page is shown touches nothing: title and feed are that one's.
  async read() {
    const own = new History([this.id]);
    try {
      [this.live] = await Promise.all([get(`/v1/contacts/${this.id}`), own.more()]);
    } catch (problem) {
      if (problem.status !== 410) throw problem;
      return gone_box(problem.body);
    }
    if (this.gone) return undefined;
    document.title = `${this.name} · Rapport`;
    this.members = [this.live.id, ...this.live.members];
    feed.follow(this.members);
    this.history = own;
    if (this.members.length > 1) {
      this.history = new History(this.members);
      await this.history.more();
      if (this.gone) return undefined;
    }
    this.build();
    this.draw_state();
    this.draw_rows();
    this.read_history().then(() => this.draw_state(), (problem) => note(problem.message, true));
    know_actors(() => this.list?.redraw());
    if (this.asked) this.go_to(this.asked);
    return undefined;
  }

  // An event that a link names by its position.
  async go_to(position) {
    this.asked = null;
    const find = () => this.history.items.find((item) => item.position === position);
    for (let page = 0; page < PAGES_TO_READ && !find() && !this.history.whole; ++page) await this.history.more();
    if (this.gone) return;
    if (find()) this.go(find());
    else note('The linked event lies further back than this page has read: move the slider', true);
  }

  // What the slider and the sources of fields are drawn from; of a long history it takes longer than a page of rows.
  async read_history() {
    // One after the other: of a long history either keeps a thread of the server busy, and others ask, too.
    this.slider.set(await activity_of(this.live.id, this.live), this.live.counters.events);
    this.state.set_blame((await get(`/v1/contacts/${this.live.id}/blame`).catch(() => ({items: []}))).items);
  }

  // A long history is not read for each event that comes: its server would do nothing else.
  async read_history_again() {
    clearTimeout(this.later);
    const rest = this.history_due - Date.now();
    if (rest > 0) {
      this.later = setTimeout(() => this.read_history_again().then(() => this.draw_state(), (problem) => note(problem.message, true)), rest);
      return;
    }
    const begun = Date.now();
    await this.read_history();
    this.history_due = Date.now() + HISTORY_REST * (Date.now() - begun);
  }

  get name() { return name_of(this.live); }

  build() {
    this.head = h('header.contact-head');
    this.banner = h('div.as-of', {hidden: true});
    const slider = h('section.card.slider-card', {'aria-label': 'History'});
    this.state_place = h('div.state-body');
    this.scroller = h('div.scroller', {tabindex: -1});
    this.pill = h('button.new-pill', {hidden: true, onclick: () => { this.waiting = 0; this.scroller.scrollTop = 0; this.draw_rows(); }});
    this.changes = h('div.changes-body');
    const tabs = h('div.tabs', {role: 'tablist'}, ['state', 'timeline', 'changes'].map((tab) => h('button', {role: 'tab', 'data-for': tab, 'aria-selected': String(tab === 'timeline'),
      onclick: () => this.tab(tab)}, tab[0].toUpperCase() + tab.slice(1))));
    this.tabs = tabs;
    const filter = h('select', {'aria-label': 'Show', onchange: (event) => { this.kind = event.target.value; this.refilter(); }},
      [['', 'Everything'], ['visits', 'Visits'], ['chats', 'Chats'], ['edits', 'Edits'], ['notes', 'Notes']].map(([value, text]) => h('option', {value}, text)));
    this.filter = filter;
    show(this.element, this.head, this.banner, slider, tabs, h('div.columns', {},
      h('section.card.state-card', {'aria-label': 'State'}, h('div.state-head', {}, h('h2', {}, 'State'), this.new_place = h('div')), this.state_place),
      h('section.card.timeline-card', {'aria-label': 'Timeline'}, h('div.timeline-head', {}, h('h2', {}, 'Timeline'), filter,
        h('label.check', {}, h('input', {type: 'checkbox', onchange: (event) => { this.changes_only = event.target.checked; this.draw_rows(); }}), 'changes only'),
        h('label.check', {}, h('input', {type: 'checkbox', checked: preferences.grouped, onchange: (event) => { prefer('grouped', event.target.checked); this.draw_rows(); }}), 'grouped')),
        this.pill, this.scroller),
      h('section.card.changes-card', {'aria-label': 'Changes'}, h('h2', {}, 'Two moments compared'), this.changes)));
    this.slider = new Slider(slider, {on_seek: (time, which) => this.seek(time, which), on_live: (which) => this.stand(which, null), on_step: (by, which) => this.step(by, which)});
    this.comparison = new Comparison(this.changes, this.live.id, {as_of: (event) => this.as_of(event), order: (event) => (this.mode === 'knew' ? event.recordedAt : event.time)});
    this.state = new StatePanel(this.state_place, {before: (write) => this.before(write), edit: (path) => row_buttons(this.live, path, this.why_not, this.after)});
    this.list = new VirtualList(this.scroller, {on_end: () => this.more()});
    this.draw_head();
  }

  // Why nothing can be changed here now, beside a missing key.
  get why_not() { return this.at ? 'The past cannot be changed: back to live first' : undefined; }
  // What follows a change: the answer is the contact as it then stands.
  get after() {
    return {wrote: (contact) => { if (contact) this.live = contact; this.draw_head(); this.draw_state(); this.refresh(); },
            stale: () => { this.refresh(); }};
  }

  draw_head() {
    const contact = this.live;
    show(this.new_place, new_buttons(contact, this.why_not, this.after));
    show(this.head, h('div.avatar', {'aria-hidden': 'true'}, initials(this.name)), h('div.who', {},
      h('h1', {dir: 'auto'}, this.name),
      h('div.facts', {}, h('span.chip.mono', {}, `#${contact.id}`), h(`span.chip.${contact.status}`, {}, contact.status), contact.blocked && h('span.chip.red', {}, 'blocked'),
        contact.tags.slice(0, 6).map((tag) => h('span.chip.tag', {dir: 'auto'}, tag)), contact.tags.length > 6 && h('span.chip', {}, `+${contact.tags.length - 6}`)),
      h('p.faint.since', {}, [contact.firstSeen && `first seen ${moment(contact.firstSeen)}`, contact.lastSeen && `last seen ${age(contact.lastSeen)}`, `version ${contact.version}`].map((text) => text && h('span', {}, text)),
        contact.members.map((id) => h('span', {}, `member ${id} `, unmerge_button(id, this.why_not, () => load(this.element, () => this.read(), 9)))))),
      h('div.actions', {}, write_button('button', [icon('merge'), 'Merge'], () => this.merge(), this.why_not), head_buttons(contact, this.why_not, this.after),
        erase_button(contact, this.name, this.why_not, () => { location.hash = '#/contacts'; }), h('button.copy', {onclick: (event) => contact_menu(event.currentTarget, this.shown ?? contact, this.at && this.as_of(this.at))}, icon('copy'), 'Copy')));
  }

  merge() {
    const input = h('input', {inputmode: 'numeric', placeholder: 'id of the contact that stays', 'aria-label': 'Into contact', autofocus: true});
    const box = dialog('Merge into', h('form', {onsubmit: (event) => { event.preventDefault(); box.close(); location.hash = `#/merge/${this.live.id}/${input.value.trim()}`; }},
      h('p', {}, `Contact ${this.live.id} becomes a member of another. You see the result before anything happens.`), h('div.row', {}, input, h('button.primary', {}, 'Preview'))));
  }

  tab(name) {
    this.element.dataset.tab = name;
    for (const tab of this.tabs.children) tab.setAttribute('aria-selected', String(tab.dataset.for === name));
    if (name === 'changes') this.comparison.draw(this.at);
    this.list.draw();
  }

  draw_state(changed) {
    this.state.draw(this.shown ?? this.live, {at: this.at, live: this.live, changed});
    this.element.classList.toggle('past', Boolean(this.at));
  }

  visible() {
    return this.changes_only ? this.history.items.filter((event) => event.changes.length) : this.history.items;
  }

  draw_pill() {
    this.pill.hidden = !this.waiting;
    this.pill.textContent = `${count(this.waiting)} new`;
  }
  draw_rows(keep = false) {
    this.draw_pill();
    const rows = timeline_rows(this.visible(), {open: this.open, unfolded: this.unfolded, at: this.at, selected: this.selected, fresh: this.fresh,
      on_open: (key) => { this.selected = key; this.toggle(this.open, key); }, on_unfold: (key) => { this.selected = key; this.toggle(this.unfolded, key); }, on_past: (event) => this.go(event)});
    if (!rows.length && this.history.whole) {
      rows.push({key: 'none', height: 160, draw: () => empty_box('Nothing here', h('p', {}, this.kind || this.changes_only ? 'The filter hides every event.' : 'No event yet.'),
        (this.kind || this.changes_only) && h('button', {onclick: () => { this.kind = ''; this.changes_only = false; this.filter.value = ''; this.refilter(); }}, 'Clear'))});
    }
    if (!this.history.whole) rows.push({key: 'more', height: 48, draw: () => h('div.more.faint', {}, 'Reading on…')});
    // Who stands on a row by keyboard stands there still when the rows are drawn anew.
    const focused = this.scroller.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.list.set(rows, {keep});
    if (focused) this.scroller.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({preventScroll: true});
  }
  toggle(set, key) {
    if (!set.delete(key)) set.add(key);
    const top = this.scroller.scrollTop;
    this.draw_rows();
    this.scroller.scrollTop = top;
    this.scroller.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({preventScroll: true});
  }

  async more() {
    if (!this.list || this.history.whole || this.history.reading) return;
    if (await this.history.more() || this.history.whole) this.draw_rows(true);
  }
  async refilter() {
    this.anchored = false;
    this.history = new History(this.members, this.types());
    await this.history.more();
    this.draw_rows();
  }

  types() { return {type: this.kind ? KINDS[this.kind].join(',') : undefined}; }

  // Has the events around this moment among those read: a few pages further, or, where the slider says that more lie between, beginning a
  // little after it.
  async cover(time) {
    const oldest = () => this.history.items[this.history.items.length - 1]?.time;
    const covers = () => this.history.whole || oldest() <= time;
    const above = this.anchored && this.history.items[0]?.time <= time;
    const far = !above && !covers() && oldest() && this.slider.events_after(time, this.kind) - this.slider.events_after(oldest(), this.kind) > PAGES_TO_READ * PAGE;
    for (let page = 0; page < PAGES_TO_READ && !above && !far && !covers(); ++page) await this.history.more();
    if (!above && covers()) return;
    const pages = await Promise.all(this.members.map((id) => get(`/v1/contacts/${id}/timeline${query({...this.types(), order: 'asc', from: time, limit: NEWER_ROWS})}`)));
    const ends = pages.filter(({items}) => items.length === NEWER_ROWS).map(({items}) => items[NEWER_ROWS - 1].time).filter((end) => end > time).sort();
    this.anchored = ends.length > 0;
    this.history = new History(this.members, {...this.types(), to: ends[0]});
    await this.history.more();
  }

  as_of(event) { return this.mode === 'knew' ? event.position : event.time; }

  // One read in flight: the latest wins.
  async go(event) {
    this.reading?.abort();
    if (!event) {
      Object.assign(this, {at: null, shown: null});
      this.banner.hidden = true;
      this.slider.place(null);
      if (this.anchored) this.refilter();
      this.draw_state();
      this.draw_rows(true);
      this.draw_head();
      announce('Live');
      if (this.comparison.on) this.comparison.draw(null);
      return;
    }
    this.at = event;
    const reading = this.reading = new AbortController();
    try {
      this.shown = await get(`/v1/contacts/${this.live.id}${query({as_of: this.as_of(event)})}`, {signal: reading.signal});
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      if (problem.status !== 404) return note(problem.message, true);
      this.shown = {...this.live, fields: {}, tags: [], client: {}, identities: [], alternates: {}, companyId: null, counters: {events: 0, visits: 0, chats: 0, messages: 0, openCases: 0}};
    }
    const text = this.spoken(event);
    show(this.banner, h('span', {}, h('b', {}, `As of ${exact(event.time)}`), ` — ${summary(event)}`),
      h('span.seg', {role: 'group', 'aria-label': 'Which past'}, [['happened', 'As it happened'], ['knew', 'As we knew it']].map(([mode, label]) =>
        h('button', {'aria-pressed': String(this.mode === mode), onclick: () => { this.mode = mode; this.go(event); }}, label))),
      h('button.compare', {'aria-pressed': String(this.comparison.on), onclick: () => this.compare()}, icon('diff'), 'Compare'), h('button.primary', {onclick: () => this.go(null)}, 'Back to live'));
    this.banner.hidden = false;
    this.slider.place(event, text);
    this.draw_state();
    this.draw_rows(true);
    this.list.scroll_to(this.list.rows.find((row) => row.members?.includes(event))?.key);
    this.draw_head();
    announce(text);
    if (this.comparison.on) this.comparison.draw(event);
  }

  // An event as the slider says it aloud.
  spoken(event) {
    const index = Math.max(0, this.history.items.findIndex(({position}) => position === event.position));
    return `${exact(event.time)}, event ${count(this.live.counters.events - index)} of ${count(this.live.counters.events)}, ${event.changes.length ? change_text(event.changes[0]) : summary(event)}`;
  }

  // Puts a thumb at an event, or at now.
  stand(which, event) {
    if (which !== 'other') return this.go(event);
    this.comparison.other = event;
    const text = event ? this.spoken(event) : 'Now';
    this.slider.place(event, text, 'other');
    announce(`Compared with ${text}`);
    return this.comparison.draw(this.at);
  }
  standing(which) { return which === 'other' ? this.comparison.other : this.at; }

  async seek(time, which = 'main') {
    this.sought = time;
    await this.cover(time);
    if (this.sought !== time) return;
    const event = this.visible().find((item) => item.time <= time) ?? this.visible()[this.visible().length - 1];
    if (event && event !== this.standing(which)) this.stand(which, event);
  }
  async step(by, which = 'main') {
    const at = this.standing(which);
    if (this.anchored && by > 0 && at) await this.cover(at.time);
    const items = this.visible();
    const index = at ? items.findIndex(({position}) => position === at.position) : -1;
    const next = index - by;
    if (next < 0) return this.stand(which, null);
    if (next >= items.length) await this.history.more();
    if (this.visible()[next]) this.stand(which, this.visible()[next]);
  }
  step_change(by) {
    const items = this.history.items;
    let index = this.at ? items.indexOf(this.at) : -1;
    do index -= by; while (index >= 0 && index < items.length && !items[index].changes.length);
    this.go(index < 0 ? null : items[index] ?? this.at);
  }
  async before(write) {
    await this.cover(write.time);
    const index = this.history.items.findIndex((event) => event.position === write.position);
    const event = this.history.items[index + 1];
    if (event) this.go(event);
    else note('Nothing was known before this');
  }

  // The second thumb: at now where the first is in the past, else at the newest event but one, so that something is compared.
  compare() {
    const {comparison} = this;
    comparison.on = !comparison.on;
    this.element.classList.toggle('comparing', comparison.on);
    this.slider.show_other(comparison.on);
    this.banner.querySelector('.compare')?.setAttribute('aria-pressed', String(comparison.on));
    if (!comparison.on) return announce('Nothing is compared any more');
    return this.stand('other', this.at ? null : this.visible()[1] ?? null);
  }

  hear(message) {
    if (!this.list) return;
    if (message.kind === 'missed' || (message.kind === 'summary' && this.members.some((id) => message.contacts[id]))) return this.catch_up();
    if (message.kind !== 'item' || !this.members.includes(message.item.contact)) return;
    const event = message.item;
    if (this.kind && lane_of(event) !== this.kind) return this.refresh(event);
    if (!this.anchored && !this.history.insert(event)) return;
    const still = feed.paused || this.at || this.scroller.scrollTop > 8;
    if (still) {
      // Nothing moves, so nothing is drawn: of a long history that would be done anew for each.
      this.waiting += 1;
      this.draw_pill();
    } else {
      this.waiting = 0;
      this.fresh.add(event.position);
      setTimeout(() => this.fresh.delete(event.position), 1500);
      this.draw_rows();
    }
    this.refresh(event);
  }
  // Too many came to be told one by one, or nobody looked: the newest are read again.
  async catch_up() {
    const newest = new History(this.members, this.types());
    await newest.more().catch(() => undefined);
    if (this.anchored || !newest.items.length) return this.refresh();
    const fresh = newest.items.filter((event) => !this.history.known.has(event.position));
    if (fresh.length === newest.items.length) this.history = newest;  // more came than one page: what lies between is read by scrolling
    else for (const event of fresh) this.history.insert(event);
    if (fresh.length && (this.at || this.scroller.scrollTop > 8)) this.waiting += fresh.length;
    this.draw_rows(true);
    return this.refresh();
  }
  refresh(event) {
    this.changed = new Set([...(this.changed ?? []), ...(event?.changes ?? []).map(({path}) => path)]);
    clearTimeout(this.soon);
    this.soon = setTimeout(async () => {
      const changed = this.changed;
      this.changed = new Set();
      try {
        this.live = await get(`/v1/contacts/${this.live.id}`);
        if (this.gone) return undefined;
        await this.read_history_again();
      } catch (problem) {  // erased or deleted meanwhile: what is shown goes, too
        if (problem.status !== 410) return note(problem.message, true);
        this.list = null;
        return load(this.element, () => this.read(), 9);
      }
      this.state.heard();
      if (this.comparison.on && !(this.at && this.comparison.other)) this.comparison.draw(this.at);
      if (!this.at) { this.draw_state(changed); this.draw_head(); }
      return undefined;
    }, 80);
  }

  // Keys of this page; says whether it took it.
  key(name) {
    if (!this.list) return false;
    const rows = this.list.rows.filter((row) => row.event && !row.key.endsWith('detail'));
    const select = (by) => {
      const index = Math.min(rows.length - 1, Math.max(0, rows.findIndex(({key}) => key === this.selected) + by));
      if (!rows[index]) return;
      this.selected = rows[index].key;
      this.draw_rows(true);
      this.list.scroll_to(this.selected);
      this.scroller.querySelector(`[data-key="${CSS.escape(this.selected)}"]`)?.focus({preventScroll: true});
    };
    const act = {p: () => feed.pause(!feed.paused), c: () => copy(curl('GET', `/v1/contacts/${this.live.id}${this.at ? query({as_of: this.as_of(this.at)}) : ''}`), 'curl'), j: () => select(1), k: () => select(-1), l: () => this.go(null), '[': () => this.step_change(-1), ']': () => this.step_change(1), ArrowLeft: () => this.step(-1), ArrowRight: () => this.step(1),
      d: () => this.compare(), f: () => this.filter.focus(), b: () => this.state_place.querySelector('.field-row')?.focus(), y: () => this.head.querySelector('.actions button:last-child').click(), Escape: () => this.go(null)}[name];
    act?.();
    return Boolean(act);
  }
}

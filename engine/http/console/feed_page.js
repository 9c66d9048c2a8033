// What happens to all contacts, as it happens.
import {h, icon} from './element.js';
import {lane_of, summary} from './event_text.js';
import {feed} from './feed.js';
import {clock, count} from './format.js';

const ROWS_MAX = 80;

export class FeedPage {
  constructor() {
    this.rows = h('div.feed-rows', {role: 'log', 'aria-label': 'Events'});
    this.waiting = 0;
    this.pause = h('button', {onclick: () => this.toggle()}, 'Pause');
    this.element = h('div.page', {}, h('header.page-head', {}, h('h1', {}, 'Feed'), h('span.grow'), this.pause), h('div.card', {}, this.rows, this.none = h('p.waiting', {}, 'Waiting for the next event…')));
  }
  mount() { feed.follow('all'); this.stop = feed.listen((message) => this.hear(message)); }
  unmount() { this.stop?.(); feed.pause(false); }
  session() {}  // nothing here takes a key
  toggle() { feed.pause(!feed.paused); this.waiting = 0; this.pause.textContent = feed.paused ? 'Go on' : 'Pause'; }

  hear(message) {
    if (message.kind !== 'item' && message.kind !== 'summary') return;
    if (feed.paused) { this.waiting += message.count ?? 1; this.pause.textContent = `Go on (${count(this.waiting)} new)`; return; }
    this.none.hidden = true;
    const event = message.item;
    this.rows.prepend(event ? h('a.feed-row', {href: `#/contacts/${event.contact}?at=${event.position}`}, h('time', {}, clock(event.time, true)), h(`span.lane.${lane_of(event)}`, {}, icon(lane_of(event))), h('span.chip.mono', {}, `#${event.contact}`), h('span.what', {}, summary(event)), h('span.source', {}, event.source))
      : h('div.feed-row', {}, h('span.what', {}, `${count(message.count)} events of ${count(Object.keys(message.contacts).length)} contacts in a second`)));
    while (this.rows.children.length > ROWS_MAX) this.rows.lastChild.remove();
  }
  key(name) { if (name !== 'p') return false; this.toggle(); return true; }
}

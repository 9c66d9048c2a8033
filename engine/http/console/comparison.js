// Two moments of a contact: the slider's thumb and a second one, and what differs between them. Null is now.
import {get, query} from './api.js';
import {load} from './dialog.js';
import {h, show} from './element.js';
import {count, exact, moment, path_name, value_text} from './format.js';

const name_of = (event) => (event ? exact(event.time) : 'now');

export class Comparison {
  // as_of(event): what a read is asked with; order(event): what tells which of two was first
  constructor(place, id, {as_of, order}) {
    Object.assign(this, {place, id, as_of, order, on: false, other: null});
  }

  draw(at) {
    if (!at && !this.other) return show(this.place, h('p.faint', {}, 'Move one of the two thumbs into the past: here stands what differs between them.'));
    const [from, to] = [at, this.other].sort((a, b) => (!a ? 1 : !b ? -1 : this.order(a) < this.order(b) ? -1 : 1));
    if (from === to) return show(this.place, h('p.faint', {}, 'Both thumbs stand at one event.'));
    const asked = this.asked = {};
    return load(this.place, async () => {
      const diff = await get(`/v1/contacts/${this.id}/diff${query({from: this.as_of(from), to: to && this.as_of(to)})}`);
      if (asked !== this.asked) return undefined;  // a later move of a thumb has asked since
      return [h('p.faint', {}, `From ${name_of(from)} to ${name_of(to)}: ${count(diff.eventCount)} events`),
        diff.changes.length ? diff.changes.map((change) => h('div.diff', {}, h('b', {}, path_name(change.path)), ' ',
          change.path.startsWith('tags.') ? h('ins', {}, change.new ? 'added' : 'removed') : h('div', {}, h('del', {}, value_text(change.old)), ' → ', h('ins', {}, value_text(change.new))),
          h('div.faint', {}, change.causes.map((cause) => `${cause.source} ${moment(cause.time)}`).slice(0, 2).join(', ')))) : h('p', {}, 'Nothing differs.')];
    }, 3);
  }
}

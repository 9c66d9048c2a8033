// The rows of a timeline: days, events in one line, groups of them, and the detail of one in its place.
import {actor_name} from './actors.js';
import {event_menu} from './copy.js';
import {h, icon, table} from './element.js';
import {group_key, group_summary, lane_of, summary} from './event_text.js';
import {clock, day_heading, day_key, exact, path_name, seconds, value_text} from './format.js';
import {preferences} from './preferences.js';

const ROW_PX = 38, DAY_PX = 44, GROUP_LOOKBACK = 6, EDIT_GROUP_MS = 60000;

// Newest first, each group in the place of its newest, with its day. Of a list that only grew at its end since the last call the rest is
// as it was: a long history is read a page at a time, and is not gone through anew for each.
let done = {};
const facts = new WeakMap();
function facts_of(event) {
  let known = facts.get(event);
  if (!known) facts.set(event, known = {key: group_key(event), day: day_key(event.time), at_ms: Date.parse(event.time)});
  return known;
}
export function groups_of(events) {
  const {grouped} = preferences;
  const grew = done.events === events && done.grouped === grouped && done.count <= events.length && done.first === events[0] && done.last === events[done.count - 1];
  if (!grew) done = {events, grouped, count: 0, groups: []};
  const out = done.groups;
  for (; done.count < events.length; ++done.count) {
    const event = events[done.count], {key: own_key, day, at_ms} = facts_of(event), key = grouped ? own_key : null;
    let found = null;
    for (let at = out.length - 1; key && !found && at >= Math.max(0, out.length - GROUP_LOOKBACK); --at) {
      const group = out[at];
      const near = !key.startsWith('edit') || facts_of(group.events[group.events.length - 1]).at_ms - at_ms < EDIT_GROUP_MS;
      if (group.key === key && group.day === day && near) found = group;
    }
    if (found) found.events.push(event);
    else out.push({key, day, events: [event]});
  }
  done.first = events[0];
  done.last = events[done.count - 1];
  return out;
}

function change_table(changes) {
  return table('table.changes', ['What', 'Old', 'New', ''],
    changes.map((change) => h('tr', {}, h('th', {scope: 'row'}, path_name(change.path)), h('td.old', {}, value_text(change.old)),
      h('td.new', {}, value_text(change.new)), h('td.faint', {}, change.won === false ? 'lost: a later one was there' : ''))));
}

function detail(event, {on_past}) {
  const fact = (name, text) => text && h('div', {}, h('dt', {}, name), h('dd', {}, text));
  return h('div.detail', {}, event.reason && h('p.bad', {}, `Refused: ${event.reason}`), event.changes.length ? change_table(event.changes) : null,
    h('dl', {}, fact('Type', event.type), fact('Happened', exact(event.time)), fact('Recorded', exact(event.recordedAt)), fact('Source', event.source),
      fact('Actor', event.actor && actor_name(event.actor)), fact('Caused by', event.causationId), fact('Belongs to', event.correlationId), fact('Event id', event.eventId), fact('Position', event.position)),
    h('pre', {tabindex: 0, 'aria-label': 'Raw JSON'}, JSON.stringify(event.data, null, 2)),
    h('div.actions', {}, h('button', {onclick: () => on_past(event)}, 'See the state as of here'),
      h('button', {onclick: (click) => event_menu(click.currentTarget, event)}, icon('copy'), 'Copy')));
}

// One event, or a group of them: `kind` is 'one', 'group' or 'nested'. Of a long history there are many, of which few are ever drawn.
class EventRow {
  constructor(members, kind, page) {
    this.members = members;
    this.kind = kind;
    this.page = page;
    this.event = members[0];
    this.height = ROW_PX;
    this.key = kind === 'group' ? `group ${this.event.position}` : this.event.position;
  }

  draw() {
    const {event, key, members, page} = this, group = this.kind === 'group';
    const late = Date.parse(event.recordedAt) - Date.parse(event.time) > 86400000 && event.changes.some((change) => change.won === false);
    const classes = ['event', this.kind === 'nested' && 'nested', event.outcome === 'refused' && 'refused', members.includes(page.at) && 'at',
                     page.selected === key && 'selected', page.fresh?.has(event.position) && 'fresh'].filter(Boolean).join('.');
    return h(`div.${classes}`, {},
      h('button.event-row', {'aria-expanded': String(group ? page.unfolded.has(key) : page.open.has(key)), 'data-key': key, onclick: () => (group ? page.on_unfold(key) : page.on_open(key))},
        h('time', {datetime: event.time, title: exact(event.time)}, clock(event.time), h('span', {}, seconds(event.time))), h(`span.lane.${lane_of(event)}`, {title: event.type}, icon(lane_of(event))),
        h('span.what', {}, group ? group_summary(members) : summary(event)), late && h('span.mark', {title: `recorded ${exact(event.recordedAt)}`}, 'late'),
        event.outcome === 'refused' && h('span.mark.red', {}, 'refused'), h('span.source', {title: event.actor ? `${event.source}, by ${actor_name(event.actor)}` : undefined}, event.source, event.actor && h('span.actor', {}, ` · ${actor_name(event.actor)}`)),
        group ? icon(page.unfolded.has(key) ? 'down' : 'right') : h('span.chevron')));
  }
}

// page: {open, unfolded, at, selected, fresh, on_open, on_unfold, on_past}
export function timeline_rows(events, page) {
  const rows = [];
  let last_day = '';
  const add = (members, kind) => {
    const row = new EventRow(members, kind, page);
    rows.push(row);
    if (kind !== 'group' && page.open.has(row.key)) rows.push({key: `${row.key} detail`, height: 320, measured: true, draw: () => detail(row.event, page)});
  };
  for (const {events: own, day} of groups_of(events)) {
    if (day !== last_day) {
      last_day = day;
      rows.push({key: `day ${day}`, height: DAY_PX, draw: () => h('h3.day', {}, day_heading(own[0].time))});
    }
    if (own.length === 1) add(own, 'one');
    else {
      add(own, 'group');
      if (page.unfolded.has(`group ${own[0].position}`)) for (const event of own) add([event], 'nested');
    }
  }
  return rows;
}

// The rows of a timeline: days, events in one line, groups of them, and the detail of one in its place.
import {event_menu} from './copy.js';
import {h, icon, table} from './element.js';
import {group_key, group_summary, lane_of, summary} from './event_text.js';
import {clock, day_heading, day_key, exact, path_name, seconds, value_text} from './format.js';
import {preferences} from './preferences.js';

const ROW_PX = 38, DAY_PX = 44, GROUP_LOOKBACK = 6, EDIT_GROUP_MS = 60000;

// Newest first, each group in the place of its newest.
export function groups_of(events) {
  const out = [];
  for (const event of events) {
    const key = preferences.grouped ? group_key(event) : null;
    const found = key && out.slice(-GROUP_LOOKBACK).find((group) => group.key === key && day_key(group.events[0].time) === day_key(event.time) &&
      (!key.startsWith('edit') || Date.parse(group.events[group.events.length - 1].time) - Date.parse(event.time) < EDIT_GROUP_MS));
    if (found) found.events.push(event);
    else out.push({key, events: [event]});
  }
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
      fact('Actor', event.actor), fact('Caused by', event.causationId), fact('Belongs to', event.correlationId), fact('Event id', event.eventId), fact('Position', event.position)),
    h('pre', {tabindex: 0, 'aria-label': 'Raw JSON'}, JSON.stringify(event.data, null, 2)),
    h('div.actions', {}, h('button', {onclick: () => on_past(event)}, 'See the state as of here'),
      h('button', {onclick: (click) => event_menu(click.currentTarget, event)}, icon('copy'), 'Copy')));
}

export function timeline_rows(events, {open, unfolded, at, selected, on_open, on_unfold, on_past, fresh = new Set()}) {
  const rows = [];
  let last_day = '';
  const line = (event, {text, nested, group, members = [event]} = {}) => {
    const key = group ? `group ${event.position}` : event.position;
    const late = Date.parse(event.recordedAt) - Date.parse(event.time) > 86400000 && event.changes.some((change) => change.won === false);
    const classes = ['event', nested && 'nested', event.outcome === 'refused' && 'refused', members.includes(at) && 'at',
                     selected === key && 'selected', fresh.has(event.position) && 'fresh'].filter(Boolean).join('.');
    rows.push({key, height: ROW_PX, event, members, draw: () => h(`div.${classes}`, {},
      h('button.event-row', {'aria-expanded': String(group ? unfolded.has(key) : open.has(key)), 'data-key': key, onclick: () => (group ? on_unfold(key) : on_open(key))},
        h('time', {datetime: event.time, title: exact(event.time)}, clock(event.time), h('span', {}, seconds(event.time))), h(`span.lane.${lane_of(event)}`, {title: event.type}, icon(lane_of(event))),
        h('span.what', {}, text ?? summary(event)), late && h('span.mark', {title: `recorded ${exact(event.recordedAt)}`}, 'late'),
        event.outcome === 'refused' && h('span.mark.red', {}, 'refused'), h('span.source', {title: event.actor ? `by ${event.actor}` : undefined}, event.source),
        group ? icon(unfolded.has(key) ? 'down' : 'right') : h('span.chevron')))});
    if (!group && open.has(key)) rows.push({key: `${key} detail`, height: 320, measured: true, draw: () => detail(event, {on_past})});
  };
  for (const {events: own} of groups_of(events)) {
    const first = own[0];
    if (day_key(first.time) !== last_day) {
      last_day = day_key(first.time);
      rows.push({key: `day ${last_day}`, height: DAY_PX, draw: () => h('h3.day', {}, day_heading(first.time))});
    }
    if (own.length === 1) line(first);
    else {
      line(first, {text: group_summary(own), group: true, members: own});
      if (unfolded.has(`group ${first.position}`)) for (const event of own) line(event, {nested: true});
    }
  }
  return rows;
}

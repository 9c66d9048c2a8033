// Why a field has its value: the writes, newest first, those it overrode and those that lost.
import {get, query} from './api.js';
import {load} from './dialog.js';
import {h} from './element.js';
import {age, exact, value_text} from './format.js';

const RULES = {latest_time: 'holds: the latest', only_write: 'holds: the only write', last_of_one_time: 'holds: the last of one time',
               overridden: 'overridden', came_late: 'came late and lost', other_member: 'lost to another member'};

export function blame_box(id, path, {before}) {
  const place = h('div.blame', {role: 'region', 'aria-label': `Blame of ${path}`});
  let skip = false;
  load(place, async () => {
    const {items} = await get(`/v1/contacts/${id}/blame${query({field: path})}`);
    const list = h('ol');
    const draw = () => list.replaceChildren(...(items[0]?.writes ?? []).filter((write) => !skip || !write.source.startsWith('import')).map((write) =>
      h(`li${write.rule === 'came_late' || write.rule === 'other_member' ? '.lost' : ''}`, {},
        h('div.blame-value', {}, value_text(write.value)), h('div', {}, h('b', {}, RULES[write.rule] ?? write.rule), ` · ${write.source}${write.actor ? ` · ${write.actor}` : ''}`),
        h('div.faint', {title: write.recordedAt}, `${exact(write.time)} · ${age(write.time)} · ${write.type}`),
        h('button.link', {onclick: () => before(write)}, 'before this change'))));
    draw();
    if (!items.length) return h('p.faint', {}, 'No event wrote this.');
    return [list, h('label.check', {}, h('input', {type: 'checkbox', onchange: (event) => { skip = event.target.checked; draw(); }}), 'skip imports')];
  }, 2);
  return place;
}

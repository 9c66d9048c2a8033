// Why a field has its value: the writes, newest first, those it overrode and those that lost.
import {actor_name} from './actors.js';
import {get, query} from './api.js';
import {load} from './dialog.js';
import {h, show} from './element.js';
import {age, exact, value_text} from './format.js';

const RULES = {latest_time: 'holds: the latest', only_write: 'holds: the only write', last_of_one_time: 'holds: the last of one time',
               overridden: 'overridden', came_late: 'came late and lost', other_member: 'lost to another member'};

// again(): reads it anew, in its place.
export function blame_box(id, path, {before}) {
  const place = h('div.blame', {role: 'region', 'aria-label': `Blame of ${path}`});
  let skip = false;
  const read = async () => {
    const {items} = await get(`/v1/contacts/${id}/blame${query({field: path})}`);
    const list = h('ol');
    const draw = () => list.replaceChildren(...(items[0]?.writes ?? []).filter((write) => !skip || !write.source.startsWith('import')).map((write) =>
      h(`li${write.rule === 'came_late' || write.rule === 'other_member' ? '.lost' : ''}`, {},
        h('div.blame-value', {}, value_text(write.value)), h('div', {}, h('b', {}, RULES[write.rule] ?? write.rule), ` · ${write.source}${write.actor ? ` · ${actor_name(write.actor)}` : ''}`),
        h('div.faint', {title: write.recordedAt}, `${exact(write.time)} · ${age(write.time)} · ${write.type}`),
        h('button.link', {onclick: () => before(write)}, 'before this change'))));
    draw();
    if (!items.length) return h('p.faint', {}, 'No event wrote this.');
    return [list, h('label.check', {}, h('input', {type: 'checkbox', checked: skip, onchange: (event) => { skip = event.target.checked; draw(); }}), 'skip imports')];
  };
  load(place, read, 2);
  return {element: place, again: () => read().then((content) => show(place, content), () => undefined)};
}

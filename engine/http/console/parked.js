// Records that could not be folded: why, their bytes, and what to do about them.
import {get, query, send, send_text} from './api.js';
import {confirm, empty_box, load, note} from './dialog.js';
import {h, show} from './element.js';
import {exact} from './format.js';
import {write_button} from './session.js';

function text_of(raw) {
  if (raw === null) return null;
  return new TextDecoder().decode(Uint8Array.from(atob(raw), (letter) => letter.charCodeAt(0)));
}
function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

export class ParkedPage {
  constructor(_, parameters) {
    this.state = parameters.get('state') ?? 'waiting';
    this.body = h('div.parked-list');
    this.buttons = new Set();  // each card's, to be drawn anew
    this.element = h('div.page', {}, h('header.page-head', {}, h('h1', {}, 'Parked'), h('span.grow'), h('div.seg', {role: 'group', 'aria-label': 'State'}, ['waiting', 'retried', 'discarded', 'all'].map((state) =>
      h('button', {'aria-pressed': String(state === this.state), onclick: () => { location.hash = `#/parked?state=${state}`; }}, state)))),
      h('p.faint', {}, 'What could not be folded is set aside, whole, with its reason. The rest goes on.'), this.body);
  }
  mount() { load(this.body, () => this.read()); }
  unmount() {}
  // Where nothing could be typed, another key may see more.
  session() {
    if (!this.body.querySelector('textarea')) load(this.body, () => this.read());
    else for (const draw of this.buttons) draw();
  }

  async read() {
    this.buttons.clear();
    const {items} = await get(`/v1/parked${query({state: this.state, limit: 100})}`);
    return items.length ? items.map((record) => this.card(record)) : empty_box(this.state === 'waiting' ? 'Nothing is parked' : `Nothing is ${this.state}`, h('p', {}, 'Every record of the log was folded.'));
  }

  card(record) {
    const raw = text_of(record.raw);
    const edit = h('textarea', {'aria-label': 'Bytes', spellcheck: 'false', rows: 8, value: raw === null ? '' : pretty(raw), disabled: raw === null});
    const path = `/v1/parked/${record.position}`;
    const act = async (work, said) => {
      try { await work(); note(said); load(this.body, () => this.read()); } catch (problem) { note(problem.message, true); }
    };
    const why = record.state === 'retried' ? 'It was retried: its event is in the log' : undefined;
    const actions = h('div.actions');
    const draw = () => show(actions, write_button('button.primary', 'Retry', () => act(() => (edit.value === pretty(raw ?? '') ? send('POST', `${path}/retry`) : send_text('POST', `${path}/retry`, edit.value)), 'Retried'), why),
      write_button('button', 'Discard', async () => { if (await confirm('Discard this record?', h('p', {}, 'It stays in the log, and is not folded.'), 'Discard', true)) act(() => send('POST', `${path}/discard`), 'Discarded'); }, why));
    draw();
    this.buttons.add(draw);
    return h('article.card.parked', {}, h('h2', {}, record.reason), h('p.faint', {}, `${record.position} · recorded ${exact(record.recordedAt)}${record.origin ? ` · ${record.origin}` : ''} · ${record.state}`),
      raw === null ? h('p.faint', {}, 'The bytes are hidden from this key (personal:read).') : edit,
      actions);
  }
}

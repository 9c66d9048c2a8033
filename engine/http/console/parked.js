// Records that could not be folded: why, their bytes, and what to do about them.
import {get, query, send, send_text} from './api.js';
import {confirm, empty_box, load, more_button, note} from './dialog.js';
import {h, show} from './element.js';
import {exact} from './format.js';
import {write_button} from './session.js';

// As it is: to parse it and write it again would lose a key that is there twice, and digits of long numbers.
function text_of(raw) {
  if (raw === null) return null;
  return new TextDecoder('utf-8', {ignoreBOM: true}).decode(Uint8Array.from(atob(raw), (letter) => letter.charCodeAt(0)));
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
  mount() { this.begin(); }
  begin() { load(this.body, () => this.read()); }
  unmount() {}
  // Where nothing could be typed, another key may see more.
  session() {
    if (!this.body.querySelector('textarea')) this.begin();
    else for (const draw of this.buttons) draw();
  }

  page(cursor) { return get(`/v1/parked${query({state: this.state, limit: 100, cursor})}`); }

  async read() {
    this.buttons.clear();
    const {items, next} = await this.page();
    if (!items.length) return empty_box(this.state === 'waiting' ? 'Nothing is parked' : `Nothing is ${this.state}`, h('p', {}, 'Every record of the log was folded.'));
    const more = more_button(next, async (cursor) => {
      const page = await this.page(cursor);
      more.before(...page.items.map((record) => this.card(record)));
      return page.next;
    }, () => this.begin());
    return [...items.map((record) => this.card(record)), more];
  }

  card(record) {
    const raw = text_of(record.raw);
    const edit = h('textarea', {'aria-label': 'Bytes', spellcheck: 'false', rows: 8, value: raw ?? ''});
    const shown = edit.value;  // a text area writes ends of lines its own way
    const path = `/v1/parked/${record.position}`;
    const act = async (work, said) => {
      try {
        const decided = (await work()).parked;
        note(said);
        this.buttons.delete(draw);
        if (this.state === 'all' || this.state === decided.state) card.replaceWith(this.card(decided));
        else card.remove();
        if (!this.buttons.size) this.begin();
      } catch (problem) { note(problem.message, true); }
    };
    const why = record.state === 'retried' ? 'It was retried: its event is in the log' : undefined;
    const actions = h('div.actions');
    const draw = () => show(actions, write_button('button.primary', 'Retry', () => act(() => (edit.value === shown ? send('POST', `${path}/retry`) : send_text('POST', `${path}/retry`, edit.value)), 'Retried'), why),
      write_button('button', 'Discard', async () => { if (await confirm('Discard this record?', h('p', {}, 'It stays in the log, and is not folded.'), 'Discard', true)) act(() => send('POST', `${path}/discard`), 'Discarded'); }, why));
    draw();
    this.buttons.add(draw);
    const card = h('article.card.parked', {}, h('h2', {}, record.reason), h('p.faint', {}, `${record.position} · recorded ${exact(record.recordedAt)}${record.origin ? ` · ${record.origin}` : ''} · ${record.state}`),
      raw === null ? h('p.faint', {}, 'The bytes are hidden from this key (personal:read).') : edit,
      actions);
    return card;
  }
}

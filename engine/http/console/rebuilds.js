// A rebuild: the log folded anew beside what serves, both digests compared, then swapped.
import {get, send} from './api.js';
import {confirm, empty_box, load, note} from './dialog.js';
import {h, show, table} from './element.js';
import {count, exact, span} from './format.js';
import {write_button} from './session.js';

const POLL_MS = 700;

export class RebuildsPage {
  constructor() {
    this.body = h('div', {'aria-live': 'polite'});
    this.element = h('div.page', {}, h('header.page-head', {}, h('h1', {}, 'Rebuild'), h('span.grow'),
      write_button('button', 'Compare only', () => this.start({verify: true})), write_button('button.primary.start', 'Start a rebuild', () => this.start({}))),
      h('p.faint', {}, 'The log is folded into an empty place while this one goes on answering. It takes over only if its digest is the same.'), this.body);
  }
  mount() { load(this.body, () => this.read()); }
  unmount() { clearTimeout(this.timer); this.gone = true; }

  async start(options) {
    try { await send('POST', '/v1/rebuilds', options); this.poll(); } catch (problem) { note(problem.message, true); }
  }
  async act({id, member}, verb) {
    const whose = member ? `?member=${encodeURIComponent(member)}` : '';
    try { await send('POST', `/v1/rebuilds/${id}/${verb}${whose}`); this.poll(); } catch (problem) { note(problem.message, true); }
  }
  async poll() { show(this.body, await this.read()); }

  // Of a group, the newest of each instance, and what an instance says that has none to tell of.
  async read() {
    clearTimeout(this.timer);
    const {items, kept = [], members} = await get('/v1/rebuilds');
    const silent = (members ?? []).filter(({problem}) => problem).map(({member, problem}) => h('p.bad', {role: 'alert'}, `${member}: ${problem}`));
    if (!items.length && !silent.length) return empty_box('No rebuild since the start', h('p', {}, 'A rebuild proves that what serves is what the log says.'));
    if (!items.every(({ended}) => ended) && !this.gone) this.timer = setTimeout(() => this.poll().catch(() => undefined), POLL_MS);
    const kept_of = (one) => (members ? members.find(({member}) => member === one.member)?.kept ?? [] : kept);
    return h('div.rebuilds', {}, items.map((one) => this.card(one, kept_of(one))), silent);
  }

  card(one, kept) {
    const waits = one.state === 'waiting';  // for somebody to accept that it differs
    const share = one.total ? one.records / one.total : 0;
    const same = one.liveDigest && one.liveDigest === one.freshDigest;
    const whose = one.member ? ` of ${one.member}` : '';
    const bar = h('div.bar', {role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.round(share * 100), 'aria-label': `Records folded${whose}`}, h('i'));
    bar.firstChild.style.width = `${share * 100}%`;
    return h('article.card.rebuild', {'data-state': one.state}, h('h2', {}, `Rebuild ${one.id}${whose}`, h(`span.chip${one.state === 'different' || one.state === 'failed' ? '.red' : waits ? '.amber' : ''}`, {}, one.paused ? 'paused' : one.state)), bar,
      h('div.figures', {}, [[count(one.records), `of ${count(one.total)} records`], [count(one.recordsPerSecond), 'a second'], one.ended ? [`${((Date.parse(one.ended) - Date.parse(one.started)) / 1000).toFixed(1)} s`, 'taken'] : [one.secondsLeft === null ? '—' : span(one.secondsLeft), 'left'], [exact(one.started), 'started']].map(([value, name]) => h('div', {}, h('b', {}, value), h('span', {}, name)))),
      h('dl.digests', {}, h('dt', {}, 'Live'), h('dd.mono', {}, one.liveDigest ?? '—'), h('dt', {}, 'Fresh'), h('dd.mono', {}, one.freshDigest ?? '—')),
      one.freshDigest && h(same ? 'p.good' : 'p.bad', {}, same ? '✓ The digests are equal' : '✗ The digests differ'), one.error && h('p.bad', {role: 'alert'}, one.error), one.difference && this.difference(one.difference),
      h('div.actions', {}, !one.ended && [!waits && write_button('button', one.paused ? 'Resume' : 'Pause', () => this.act(one, one.paused ? 'resume' : 'pause')), write_button('button', 'Cancel', () => this.act(one, 'cancel'))],
        waits && write_button('button.danger', 'Accept although it differs', async () => { if (await confirm('Take it although it differs?', h('p', {}, 'What serves now is put aside and kept; what was folded anew takes over.'), 'Accept', true)) this.act(one, 'accept'); })), h('p.faint', {}, kept.length ? `Kept generations: ${kept.join(', ')}` : ''));
  }

  difference({rows, different, first}) {
    return h('div', {}, h('h3', {}, `${count(different)} of ${count(rows)} rows differ`), table('table', ['Who', 'Part', 'How'],
      first.map((row) => h('tr', {}, h('td', {}, row.subject.startsWith('contact/') ? h('a', {href: `#/contacts/${row.subject.slice(8)}`}, row.subject) : row.subject), h('td', {}, row.part), h('td', {}, row.how)))));
  }
}

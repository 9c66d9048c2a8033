// Merging: both contacts side by side, what the dry run gives, which value wins; and taking it back.
import {curl, get, send} from './api.js';
import {copy} from './copy.js';
import {confirm, load, note} from './dialog.js';
import {h, icon, table} from './element.js';
import {apart, name_of, short, value_text} from './format.js';
import {may_write, unlock, write_button} from './session.js';

export class MergePage {
  constructor([loser, into]) {
    Object.assign(this, {loser: Number(loser), into: Number(into), element: h('div.page')});
  }
  mount() { load(this.element, () => this.read()); }
  unmount() { this.gone = true; }

  async read() {
    const [a, b] = await Promise.all([get(`/v1/contacts/${this.loser}`), get(`/v1/contacts/${this.into}`)]);
    const path = `/v1/contacts/${this.loser}/merge`, body = {into: this.into};
    let whole = null, said = '';
    if (may_write()) await send('POST', `${path}?dry_run=1`, body).then(({answer}) => { whole = answer; }).catch((problem) => { said = problem.message; });
    const names = [...new Set([...Object.keys(a.fields), ...Object.keys(b.fields)])].sort();
    const cell = (contact, name) => {
      const value = contact.fields[name];
      const wins = whole && value !== undefined && JSON.stringify(a.fields[name]) !== JSON.stringify(b.fields[name]) && JSON.stringify(whole.fields[name]) === JSON.stringify(value);
      return h(`td${wins ? '.wins' : ''}`, {}, value === undefined ? h('span.faint', {}, '—') : value_text(value), wins && h('span.mark', {}, 'wins'));
    };
    const result = (name) => h('td.result', {}, whole ? value_text(whole.fields[name]) : '…');
    return [h('header.page-head', {}, h('h1', {}, `Merge ${this.loser} into ${this.into}`)),
      h('p.faint', {}, 'A merge is a link. Nothing is rewritten, both ids keep working, and an unmerge gives each exactly its own again.'), said && h('p.bad', {role: 'alert'}, said),
      !may_write() && h('p', {}, 'The preview asks the engine what would happen, which takes a key. ', h('button', {onclick: unlock}, icon('lock'), 'Unlock')),
      h('div.card.table-card', {tabindex: 0, role: 'region', 'aria-label': 'Both and the result'}, table('table.merge', ['Field', `${apart(short(name_of(a), 40))} #${a.id}`, `${apart(short(name_of(b), 40))} #${b.id}, stays`, 'Together'],
        [names.map((name) => h('tr', {}, h('th', {scope: 'row'}, name), cell(a, name), cell(b, name), result(name))),
          h('tr', {}, h('th', {scope: 'row'}, 'tags'), ...[a, b, whole].map((one) => h('td', {}, one ? one.tags.join(', ') : '…'))),
          h('tr', {}, h('th', {scope: 'row'}, 'events'), ...[a, b, whole].map((one) => h('td', {}, one ? String(one.counters.events) : '…')))])),
      h('div.actions', {}, write_button('button.primary.do-merge', 'Merge', async () => {
        try {
          await send('POST', path, body);
          note(`${this.loser} is merged into ${this.into}`);
          if (!this.gone) location.hash = `#/contacts/${this.into}`;
        } catch (problem) { note(problem.message, true); }
      }, said || undefined), h('button', {onclick: () => copy(curl('POST', path, body), 'curl')}, 'Copy curl'), h('a.button', {href: `#/contacts/${this.into}`}, 'Cancel'))];
  }
}

export const unmerge_button = (id, reason, done) => write_button('button.link', 'unmerge', async () => {
  const path = `/v1/contacts/${id}/unmerge`;
  try {
    const {answer} = await send('POST', `${path}?dry_run=1`, {});
    const own = Object.entries(answer.fields).map(([name, value]) => h('div', {}, h('b', {}, name), ` ${value_text(value)}`));
    if (!await confirm(`Take the merge of ${id} back?`, h('div', {}, h('p', {}, `Contact ${id} has again:`), own, h('p.faint', {}, `tags: ${answer.tags.join(', ') || 'none'}. The other keeps all that is its own.`)), 'Unmerge')) return;
    await send('POST', path, {});
    note('The merge is taken back');
    done();
  } catch (problem) { note(problem.message, true); }
}, reason);

// API keys: who has which, what each may do, and since when it was last used. A new one's secret is shown once.
import {get, send} from './api.js';
import {copy} from './copy.js';
import {confirm, dialog, load, note} from './dialog.js';
import {h, table} from './element.js';
import {age, moment} from './format.js';
import {write_button} from './session.js';

export class KeysPage {
  constructor() { this.element = h('div.page', {}, h('header.page-head', {}, h('h1', {}, 'Keys'), h('span.grow'), write_button('button.primary', 'New key', () => this.create())), this.body = h('div')); }
  mount() { load(this.body, () => this.read()); }
  unmount() {}

  async read() {
    const {items} = await get('/v1/keys');
    return h('div.card.table-card', {}, table('table', ['Name', 'Id', 'May', 'Created', 'Last used', ''], items.map((key) =>
      h(`tr${key.revoked ? '.gone' : ''}`, {}, h('th', {scope: 'row'}, key.name), h('td.mono', {}, key.id), h('td', {}, key.scopes.map((scope) => h('span.chip.mono', {}, scope === '*' ? 'everything' : scope))), h('td', {}, moment(key.created)), h('td', {}, key.lastUsed ? age(key.lastUsed) : 'never'),
        h('td.number', {}, key.revoked ? `revoked ${age(key.revoked)}` : write_button('button.link', 'Revoke', async () => {
          if (!await confirm(`Revoke ${key.name}?`, h('p', {}, 'Whoever uses it is refused from the next request on.'), 'Revoke', true)) return;
          try { await send('DELETE', `/v1/keys/${key.id}`); note('Revoked'); load(this.body, () => this.read()); } catch (problem) { note(problem.message, true); }
        }))))));
  }

  create() {
    const name = h('input', {'aria-label': 'Name', placeholder: 'name', required: true, autofocus: true}), scopes = h('input', {'aria-label': 'Scopes', placeholder: 'event:write contact:read', required: true});
    const box = dialog('New key', h('form', {onsubmit: async (event) => {
      event.preventDefault();
      try {
        const made = await send('POST', '/v1/keys', {name: name.value, scopes: scopes.value.split(/[\s,]+/).filter(Boolean)});
        box.close();
        const secret = made.key ?? made.secret;
        dialog('The new key, this once', [h('pre', {}, secret), h('div.actions', {}, h('button.primary', {onclick: () => copy(secret, 'Key')}, 'Copy'))]);
        load(this.body, () => this.read());
      } catch (problem) { note(problem.message, true); }
    }}, h('label', {}, 'Name', name), h('label', {}, 'Scopes, with blanks between', scopes), h('div.actions', {}, h('button.primary', {}, 'Create'))));
  }
}

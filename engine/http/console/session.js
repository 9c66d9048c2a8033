// Who looks: a key in memory, or after a reload only the session that was made of it, which can read.
import {get, has_key, send, set_key} from './api.js';
import {dialog, note} from './dialog.js';
import {h, icon} from './element.js';
import {feed} from './feed.js';

const changed = new Set();
export const on_session = (listener) => changed.add(listener);
const tell = () => { for (const listener of changed) listener(); };

async function sign_in(key) {
  set_key(key.trim());
  try {
    await send('POST', '/v1/session');
  } catch (problem) {
    set_key('');
    throw problem;
  }
  feed.again();
  tell();
}

export async function sign_out() {
  await send('DELETE', '/v1/session').catch(() => undefined);
  set_key('');
  location.reload();
}

// Whether a session of before is still good: any answer but 401 says so.
export async function has_session() {
  try {
    await get('/v1/contacts?limit=1');
    return true;
  } catch (problem) {
    return problem.status !== 401 && problem.status !== 0;
  }
}

export const may_write = () => has_key();
export const why_not = 'Read only: unlock with a key to change anything';

function key_form(done) {
  const said = h('p.bad', {role: 'alert'});
  const input = h('input', {type: 'password', id: 'key', autocomplete: 'off', spellcheck: 'false', placeholder: 'rk_…', autofocus: true,
                            'aria-describedby': 'key-help'});
  const button = h('button.primary', {type: 'submit'}, 'Unlock');
  return h('form.key-form', {onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = '';
    try {
      await sign_in(input.value);
      done();
    } catch (problem) {
      said.textContent = problem.status === 401 ? 'This key is not known here, revoked or expired.' : problem.message;
      input.select();
    } finally {
      button.disabled = false;
    }
  }}, h('label', {for: 'key'}, 'API key'), h('div.row', {}, input, button), said,
    h('p.faint', {id: 'key-help'}, 'It stays in this page’s memory. A reload can read, not change.'));
}

export const sign_in_page = (done) => h('main.sign-in', {}, h('div.card', {},
  h('img', {src: '/console/icon.svg', width: 40, height: 40, alt: ''}), h('h1', {}, 'Rapport'),
  h('p', {}, 'What happened to each contact, and why it is as it is.'), key_form(done),
  h('p.faint', {}, 'The first start of ', h('code', {}, 'rapport serve'), ' prints an admin key. More come from ', h('code', {}, 'rapport keys create'), '.')));

export function unlock() {
  const box = dialog('Unlock to change', key_form(() => { box.close(); note('Unlocked'); }));
}

// A button that changes something: without a key it says why it is disabled. `reason` is another reason than that.
export function write_button(name, label, act, reason) {
  const why = reason ?? (may_write() ? '' : why_not);
  return h(name, {'aria-disabled': why ? 'true' : undefined, title: why || undefined, onclick: (event) => {
    if (!why) act(event);
    else if (reason) note(reason);
    else unlock();
  }}, why && !reason ? icon('lock') : '', label);
}

// Who looks: a key in memory, or after a reload only the session that was made of it, which can read.
import {get, has_key, send, set_key} from './api.js';
import {dialog, note} from './dialog.js';
import {h, icon} from './element.js';
import {feed} from './feed.js';
import {prefer} from './preferences.js';

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
  prefer('signed_in', true);
  feed.again();
  tell();
}

export async function sign_out() {
  await send('DELETE', '/v1/session').catch(() => undefined);
  set_key('');
  prefer('signed_in', false);
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

// The form of the page's own sign-in, and of the dialog that unlocks: a copy.
const form_of_page = document.querySelector('.key-form');

function bind(form, done) {
  const said = form.querySelector('.bad'), input = form.querySelector('input'), button = form.querySelector('button');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    button.disabled = true;
    said.textContent = '';
    try {
      await sign_in(input.value);
      input.value = '';
      done();
    } catch (problem) {
      said.textContent = problem.status === 401 ? 'This key is not known here, revoked or expired.' : problem.message;
      input.select();
    } finally {
      button.disabled = false;
    }
  });
  button.disabled = false;
  return form;
}

export function wait_for_key(done) {
  bind(form_of_page, done).querySelector('input').focus();
}

export function unlock() {
  const form = form_of_page.cloneNode(true);
  Object.assign(form.querySelector('input'), {autofocus: true, value: ''});
  const box = dialog('Unlock to change', bind(form, () => { box.close(); note('Unlocked'); }));
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

// Changes of a contact from its page. Each is tried before it is done: the dialog shows what the engine would make of it, and it is
// written only if nobody was before (If-Match).
import {curl, send} from './api.js';
import {copy} from './copy.js';
import {dialog, note} from './dialog.js';
import {h, icon, show} from './element.js';
import {moment, path_name, value_text} from './format.js';
import {write_button} from './session.js';
import {entries_of} from './state.js';

const PREVIEW_MS = 200;

const blocked_text = (blocked) => (blocked ? (blocked.until ? `until ${moment(blocked.until)}` : 'for good') : 'no');
const facts_of = (contact) => new Map([['status', contact.status], ['blocked', blocked_text(contact.blocked)], ...entries_of(contact)]);

// [path, before, after] of all that differs.
function differences(before, after) {
  const old = facts_of(before), now = facts_of(after);
  return [...new Set([...old.keys(), ...now.keys()])].map((path) => [path, old.get(path) ?? null, now.get(path) ?? null])
    .filter(([, a, b]) => JSON.stringify(a) !== JSON.stringify(b));
}

const difference_row = ([path, before, after]) => h('div.diff', {}, h('b', {}, path_name(path)), ' ',
  path.startsWith('tags.') ? h('ins', {}, after ? 'added' : 'removed') : [h('del', {}, value_text(before)), ' → ', h('ins', {}, value_text(after))]);

// body(): what to PATCH, null while it is not whole, or throws what is wrong with it. wrote(contact): afterwards; stale(): somebody was
// before, and who looks wants to see what is there now.
function change_dialog(contact, title, {inputs, body, verb, danger = false, wrote, stale}) {
  const path = `/v1/contacts/${contact.id}`, headers = {'If-Match': `"${contact.version}"`};
  const preview = h('div.preview', {'aria-live': 'polite'});
  const save = h(`button.${danger ? 'danger' : 'primary'}`, {type: 'submit'}, verb);
  let soon = 0, asked = null;

  const refuse = (text, ...more) => show(preview, h('p.bad', {role: 'alert'}, text), more);
  const refuse_problem = (problem) => (problem.status === 412
    ? refuse('Somebody changed this contact meanwhile. Nothing was written.', h('button', {type: 'button', onclick: () => { box.close(); stale(); }}, 'See it as it is now'))
    : refuse(problem.message));
  // What to send; says why not where there is nothing.
  const whole = () => {
    try {
      return body();
    } catch (error) {
      refuse(error.message);
      return null;
    }
  };
  const may = (yes) => save.toggleAttribute('disabled', !yes);

  async function attempt() {
    asked?.abort();
    const own = asked = new AbortController();
    show(preview, h('p.faint', {}, 'What would change stands here.'));
    const change = whole();
    may(false);
    if (!change) return;
    try {
      const {answer} = await send('PATCH', `${path}?dry_run=1`, change, {headers, signal: own.signal});
      const rows = differences(contact, answer);
      show(preview, rows.length ? rows.map(difference_row) : h('p.faint', {}, 'Nothing would change: it stands so already.'));
      may(rows.length);
    } catch (problem) {
      if (problem.name !== 'AbortError') refuse_problem(problem);
    }
  }

  const form = h('form', {oninput: () => { may(false); clearTimeout(soon); soon = setTimeout(attempt, PREVIEW_MS); }, onsubmit: async (event) => {
    event.preventDefault();
    const change = whole();
    if (!change) return;
    may(false);
    try {
      const answer = await send('PATCH', path, change, {headers});
      box.close();
      note('Written');
      wrote(answer.fields ? answer : null);
    } catch (problem) { refuse_problem(problem); }
  }}, inputs, h('h3', {}, 'What would change'), preview, h('div.actions', {}, save,
    h('button', {type: 'button', onclick: () => box.close()}, 'Cancel'),
    h('button.quiet', {type: 'button', onclick: () => { const change = whole(); if (change) copy(curl('PATCH', path, change), 'curl'); }}, icon('copy'), 'Copy curl')));
  const box = dialog(title, form);
  box.addEventListener('close', () => { clearTimeout(soon); asked?.abort(); });
  attempt();
}

// What was typed: text, unless it is said to be JSON (a number, true, a list).
function read_value(text, as_json) {
  if (!as_json) return text;
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`This is no JSON: ${text || 'nothing'}`);
  }
}

function field_dialog(contact, name, after) {
  const value = name ? contact.fields[name] : '';
  const path = h('input', {value: name ?? '', maxlength: 128, spellcheck: 'false', autofocus: !name});
  const text = h('input', {value: typeof value === 'string' ? value : JSON.stringify(value), spellcheck: 'false', autofocus: Boolean(name)});
  const as_json = h('input', {type: 'checkbox', checked: typeof value !== 'string'});
  change_dialog(contact, name ? `Change ${name}` : 'New field', {verb: 'Save', ...after,
    inputs: [!name && h('label', {}, 'Field', path), h('label', {}, 'Value', text), h('label.check', {}, as_json, 'JSON: a number, true, false or a list')],
    body: () => (path.value.trim() ? {fields: {[path.value.trim()]: read_value(text.value, as_json.checked)}} : null)});
}

function tag_dialog(contact, after) {
  const name = h('input', {maxlength: 128, spellcheck: 'false', autofocus: true});
  change_dialog(contact, 'New tag', {verb: 'Add', ...after, inputs: h('label', {}, 'Tag', name),
    body: () => (name.value.trim() ? {tags: {add: [name.value.trim()]}} : null)});
}

function block_dialog(contact, after) {
  if (contact.blocked) return change_dialog(contact, 'Let this contact in again', {verb: 'Unblock', ...after, inputs: null, body: () => ({blocked: null})});
  const until = h('input', {type: 'datetime-local', autofocus: true});
  return change_dialog(contact, 'Block this contact', {verb: 'Block', danger: true, ...after, inputs: h('label', {}, 'Until; for good when it is empty', until),
    body: () => ({blocked: until.value ? {until: new Date(until.value).toISOString()} : {}})});
}

// `reason`: why nothing can be changed, beside a missing key. `after`: {wrote, stale}.
export const head_buttons = (contact, reason, after) => [
  write_button('button.archive', contact.status === 'archived' ? 'Take back' : 'Archive', () => change_dialog(contact, contact.status === 'archived' ? 'Take it back' : 'Put it aside',
    {verb: contact.status === 'archived' ? 'Take back' : 'Archive', ...after, inputs: null, body: () => ({archived: contact.status !== 'archived'})}), reason),
  write_button('button.block', contact.blocked ? 'Unblock' : 'Block', () => block_dialog(contact, after), reason)];

export const new_buttons = (contact, reason, after) => h('div.actions.new', {},
  write_button('button.new-field', '+ Field', () => field_dialog(contact, null, after), reason), write_button('button.new-tag', '+ Tag', () => tag_dialog(contact, after), reason));

// For what one row of the state can be changed to.
export function row_buttons(contact, path, reason, after) {
  const name = path.slice(path.indexOf('.') + 1);
  const remove = (title, change) => change_dialog(contact, title, {verb: 'Remove', danger: true, ...after, inputs: null, body: () => change});
  if (path.startsWith('fields.')) {
    return h('div.actions', {}, write_button('button.change', 'Change', () => field_dialog(contact, name, after), reason),
      write_button('button.remove', 'Remove', () => remove(`Remove ${name}`, {fields: {[name]: null}}), reason));
  }
  if (path.startsWith('tags.')) return h('div.actions', {}, write_button('button.remove', 'Remove tag', () => remove(`Remove the tag ${name}`, {tags: {remove: [name]}}), reason));
  return null;
}

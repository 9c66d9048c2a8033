// Erasing a contact: what would go is shown first, and nothing goes before its id has been typed. Nothing brings it back.
import {curl, send} from './api.js';
import {copy} from './copy.js';
import {dialog, load, note, state_box} from './dialog.js';
import {h, icon} from './element.js';
import {count, exact, plural} from './format.js';
import {write_button} from './session.js';

const figures = (gone) => h('div.figures', {}, [['fields', gone.fields], ['tags', gone.tags], ['identities', gone.identities], ['events', gone.events]].map(([name, value]) =>
  h('div', {}, h('b', {}, count(value)), h('span', {}, name))));

function erase_dialog(contact, name, erased) {
  const path = `/v1/contacts/${contact.id}/erase`, place = h('div.erase', {'aria-live': 'polite'});
  const box = dialog(`Erase ${name}`, place);
  load(place, async () => {
    const {answer} = await send('POST', `${path}?dry_run=1`, {});
    const members = answer.erased.filter((id) => id !== answer.id);
    const typed = h('input', {inputmode: 'numeric', autocomplete: 'off', 'aria-label': `Type ${answer.id} to confirm`, placeholder: String(answer.id), autofocus: true});
    const go = h('button.danger', {type: 'submit', disabled: true}, 'Erase for good'), said = h('p.bad', {role: 'alert'});
    const known = Object.keys(contact.fields).sort();
    return h('form', {oninput: () => go.toggleAttribute('disabled', typed.value.trim() !== String(answer.id)), onsubmit: async (event) => {
      event.preventDefault();
      if (typed.value.trim() !== String(answer.id)) return;
      go.disabled = true;
      try {
        await send('POST', path, {});
        box.close();
        note(`Contact ${answer.id} is erased`);
        erased();
      } catch (problem) { said.textContent = problem.message; go.disabled = false; }
    }}, h('p', {}, answer.encrypted ? `What is known of contact ${answer.id} is destroyed, here and in what its events said:` : `What the engine knows of contact ${answer.id} is destroyed:`), figures(answer.gone), known.length > 0 && h('p.faint', {}, known.join(', ')),
      members.length > 0 && h('p', {}, `With it go ${plural(members.length, 'member')} of the merge: ${members.join(', ')}.`),
      answer.warning && h('p.warning', {}, answer.warning[0].toUpperCase() + answer.warning.slice(1)),
      h('p.faint', {}, `Its id stays, with when it was erased and how many events of each type there were.${answer.encrypted ? ' No rebuild and no backup brings back the rest.' : ''}`),
      h('label', {}, `Type ${answer.id} to confirm`, typed), said,
      h('div.actions', {}, go, h('button', {type: 'button', onclick: () => box.close()}, 'Cancel'), h('button.quiet', {type: 'button', onclick: () => copy(curl('POST', path, {}), 'curl')}, icon('copy'), 'Copy curl')));
  }, 4).then(() => place.querySelector('input')?.focus());
}

// `reason`: why nothing can be changed here now. `erased`: afterwards.
export const erase_button = (contact, name, reason, erased) => write_button('button.erase', 'Erase', () => erase_dialog(contact, name, erased), reason);

// In place of a contact that is no more; `body` is the answer 410.
export const gone_box = ({id, status, when}) => state_box('h1', `Contact ${id} is ${status}`,
  h('p', {}, status === 'erased' ? 'What was known of it was destroyed ' : 'It was taken away ', h('time', {datetime: when}, exact(when)), status === 'erased' ? '; its id is not given out again.' : '; its log stays.'),
  h('div.actions', {}, h('a.button', {href: '#/contacts'}, 'All contacts')));

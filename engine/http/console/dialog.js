// What lies over a page: dialogs, menus, a word that passes, and the states that every page has (loading, nothing, error).
import {curl} from './api.js';
import {h, icon, show} from './element.js';

const live = h('div.unseen', {'aria-live': 'polite', role: 'status'});
const notes = h('div.toasts');
export const overlays = [live, notes];

// For who does not see the page.
let saying;
export function announce(text) {
  clearTimeout(saying);
  saying = setTimeout(() => { live.textContent = text; }, 120);
}

export function note(text, bad = false) {
  const element = h(`div.toast${bad ? '.bad' : ''}`, {role: bad ? 'alert' : 'status'}, text);
  notes.append(element);
  setTimeout(() => element.remove(), bad ? 8000 : 3500);
}

export function dialog(title, content, {wide = false} = {}) {
  const box = h(`dialog${wide ? '.wide' : ''}`, {'aria-label': title, onclose: () => box.remove(),
                                               onclick: (event) => { if (event.target === box) box.close(); }});
  box.append(h('header', {}, h('h2', {}, title),
               h('button.quiet', {onclick: () => box.close(), 'aria-label': 'Close'}, icon('close'))),
             h('div.dialog-body', {}, content));
  document.body.append(box);
  box.showModal();
  return box;
}

export function confirm(title, content, verb, danger = false) {
  return new Promise((done) => {
    const answer = (value) => { done(value); box.close(); };
    const box = dialog(title, [content, h('div.actions', {},
      h('button', {onclick: () => answer(false)}, 'Cancel'),
      h(`button.${danger ? 'danger' : 'primary'}`, {onclick: () => answer(true), autofocus: true}, verb))]);
    box.addEventListener('close', () => done(false));
  });
}

// entries: [label, act]
export function menu(anchor, entries) {
  const close = () => { box.remove(); document.removeEventListener('pointerdown', outside, true); };
  const outside = (event) => { if (!box.contains(event.target)) close(); };
  const box = h('div.menu', {role: 'menu', onkeydown: (event) => {
    const items = [...box.children];
    const at = items.indexOf(document.activeElement);
    if (event.key === 'ArrowDown') items[(at + 1) % items.length].focus();
    else if (event.key === 'ArrowUp') items[(at + items.length - 1) % items.length].focus();
    else if (event.key === 'Escape') { close(); anchor.focus(); } else return;
    event.preventDefault();
    event.stopPropagation();
  }}, entries.map(([label, act]) => h('button', {role: 'menuitem', onclick: () => { close(); act(); }}, label)));
  const place = anchor.getBoundingClientRect();
  box.style.top = `${place.bottom + 6}px`;
  box.style.right = `${Math.max(8, innerWidth - place.right)}px`;
  (anchor.closest('main') ?? document.body).append(box);
  box.firstChild.focus();
  document.addEventListener('pointerdown', outside, true);
}

// `heading`: h1 where nothing else of the page is there.
export function problem_box(problem, retry, heading = 'h2') {
  const copy = () => navigator.clipboard?.writeText(curl(problem.method ?? 'GET', problem.path ?? '/')).then(() => note('Copied'));
  return h('div.state', {role: 'alert'}, h(heading, {}, {403: 'Not allowed', 404: 'Not there'}[problem.status] ?? 'That did not work'),
    h('p.said', {}, problem.message),
    problem.code && h('p.faint', {}, [problem.code, problem.status && `HTTP ${problem.status}`, problem.request_id && `request ${problem.request_id}`].filter(Boolean).join(' · ')),
    h('div.actions', {}, retry && h('button.primary', {onclick: retry}, 'Retry'), problem.path && h('button', {onclick: copy}, 'Copy curl')));
}

// `heading`: as above.
export const state_box = (heading, title, ...content) => h('div.state', {}, h(heading, {}, title), content);
export const empty_box = (title, ...content) => state_box('h2', title, content);

// Nothing for 150 ms, then bones, then what `work` gives; an error says so and can be tried again.
export async function load(place, work, lines = 6) {
  const bones = setTimeout(() => show(place, h('div.bones', {'aria-busy': 'true', 'aria-label': 'Loading'},
    Array.from({length: lines}, () => h('div')))), 150);
  try {
    const content = await work();
    clearTimeout(bones);
    if (content !== undefined) show(place, content);
  } catch (problem) {
    clearTimeout(bones);
    if (problem.name === 'AbortError') return;
    show(place, problem_box(problem, () => load(place, work, lines), place.classList.contains('page') ? 'h1' : 'h2'));
  }
}

// read_on(cursor) shows what comes, and gives the next cursor or null; begin() is for a list that has to be begun again (410).
export function more_button(cursor, read_on, begin) {
  const button = h('button', {onclick: async () => {
    button.disabled = true;
    try {
      cursor = await read_on(cursor);
      place.hidden = !cursor;
    } catch (problem) {
      show(place, problem_box(problem, problem.status === 410 ? begin : () => { show(place, button); button.click(); }));
    }
    button.disabled = false;
  }}, 'Show more');
  const place = h('div.more', {hidden: !cursor}, button);
  return place;
}

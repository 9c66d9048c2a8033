// The frame: who looks, which page the address names, the bar above it.
import {get, query} from './api.js';
import {ContactsPage} from './contacts.js';
import {dialog, note, overlays} from './dialog.js';
import {h, icon, show} from './element.js';
import {feed} from './feed.js';
import {count} from './format.js';
import {apply_theme, is_dark, prefer, preferences} from './preferences.js';
import {has_session, may_write, on_session, sign_out, unlock, wait_for_key, why_not} from './session.js';
import {listen_for_keys, shortcut_help} from './shortcuts.js';
import {sample_status, StatusPage} from './status.js';

const STATUS_MS = 5000, COUNT_MAX = 9;
// Those that not everybody looks at first come when they are asked for, or when there is nothing else to do.
const LATER = {contact: () => import('./contact.js').then((found) => found.ContactPage), merge: () => import('./merge.js').then((found) => found.MergePage), feed: () => import('./feed_page.js').then((found) => found.FeedPage),
  parked: () => import('./parked.js').then((found) => found.ParkedPage), rebuilds: () => import('./rebuilds.js').then((found) => found.RebuildsPage), keys: () => import('./keys.js').then((found) => found.KeysPage)};
const PAGES = [[/^\/contacts\/(\d+)$/, LATER.contact], [/^\/contacts$/, () => ContactsPage], [/^\/merge\/(\d+)\/(\d+)$/, LATER.merge], [/^\/feed$/, LATER.feed], [/^\/parked$/, LATER.parked], [/^\/rebuilds$/, LATER.rebuilds], [/^\/keys$/, LATER.keys], [/^\/status$/, () => StatusPage]];

const app = document.getElementById('app'), sign_in = document.querySelector('.sign-in');
const [search, pill, lag, lock, theme, label, main, nav] = ['.search input', '.pill', '.lag', '.lock', '.theme', '.label', 'main', 'nav'].map((name) => app.querySelector(name));
let page = null, asked = 0, counted, rest;

function draw_bar() {
  const known = {live: 'Live', reconnecting: 'Reconnecting', ended: 'Session over', off: 'Idle', away: 'Away'};
  const state = feed.paused ? 'paused' : feed.state;
  show(pill, h('i'), feed.paused ? `Paused${feed.waiting ? ` (${count(feed.waiting)} new)` : ''}` : known[feed.state] ?? feed.state);
  pill.dataset.state = state;
  show(lock, may_write() ? [icon('unlock'), h('span', {}, 'Lock')] : [icon('lock'), h('span', {}, 'Read only — unlock to change')]);
  lock.title = may_write() ? 'Forget the key and the session' : why_not;
  theme.setAttribute('aria-label', is_dark() ? 'Light theme' : 'Dark theme');
  label.textContent = preferences.label || location.host;
  label.classList.toggle('red', /prod/i.test(preferences.label));
}

async function route() {
  const [path, parameters = ''] = (location.hash.slice(1) || '/contacts').split('?');
  const found = PAGES.map(([pattern, get_page]) => [pattern.exec(path), get_page]).find(([match]) => match);
  if (!found) { location.hash = '#/contacts'; return; }
  for (const link of nav.children) link.ariaCurrent = path.startsWith(`/${link.dataset.page}`) ? 'page' : null;
  const [match, get_page] = found, turn = ++asked;
  let Page;
  try {
    Page = await get_page();
  } catch {
    note('The server does not answer: reload the page', true);
    return;
  }
  if (turn !== asked) return;  // another page was asked for meanwhile
  page?.unmount?.();
  const values = new URLSearchParams(parameters);
  page = new Page(match.slice(1), values);
  document.title = 'Rapport';
  search.value = (Page === ContactsPage && values.get('search')) || '';
  show(main, page.element);
  scrollTo(0, 0);
  page.mount();
}

// How many parked records wait: asked once one was parked or decided, and each minute for the others of a group.
async function count_parked({events, partitions}) {
  const now = events.parked + partitions.find(({partition}) => partition === 'control')?.position;
  if (now === counted && --rest) return;
  [counted, rest] = [now, 60000 / STATUS_MS];
  const {items, next} = await get(`/v1/parked${query({state: 'waiting', limit: COUNT_MAX})}`).catch(() => ({items: []}));
  nav.querySelector('[data-page=parked]').dataset.count = next ? `${items.length}+` : items.length || '';
}

async function poll_status() {
  if (document.hidden) return;
  try {
    const status = await sample_status();
    lag.textContent = status.lag.events ? `Behind ${count(status.lag.events)}` : 'Level';
    lag.classList.toggle('behind', status.lag.events > 0);
    count_parked(status);
  } catch { lag.textContent = ''; }
}

function start() {
  sign_in.remove();
  document.documentElement.dataset.face = 'console';
  app.append(...overlays);
  app.querySelector('.skip').onclick = (event) => { event.preventDefault(); main.focus(); };
  app.querySelector('.search').onsubmit = () => { location.hash = `#/contacts${query({search: search.value.trim()})}`; };
  app.querySelector('.help').onclick = shortcut_help;
  label.onclick = () => {
    const input = h('input', {value: preferences.label, placeholder: location.host, 'aria-label': 'Label', autofocus: true});
    const box = dialog('Name this server', h('form', {onsubmit: () => { prefer('label', input.value.trim()); draw_bar(); box.close(); }}, h('p.faint', {}, 'Kept by this browser; red when it says production.'), h('div.row', {}, input, h('button.primary', {}, 'Save'))));
  };
  theme.onclick = () => { prefer('theme', is_dark() ? 'light' : 'dark'); draw_bar(); };
  lock.onclick = () => (may_write() ? sign_out() : unlock());
  draw_bar();
  feed.listen(({kind}) => { if (kind === 'state') draw_bar(); });
  // Where somebody may have typed, or gone into the past, only the buttons change.
  on_session(() => { draw_bar(); if (page?.session) page.session(); else route(); });
  listen_for_keys(() => page, () => search);
  addEventListener('hashchange', route);
  app.removeAttribute('aria-busy');
  route();
  poll_status();
  setInterval(poll_status, STATUS_MS);
  requestIdleCallback(() => { for (const get_page of Object.values(LATER)) get_page().catch(() => undefined); });
}

apply_theme();
if (await has_session()) {
  start();
} else {
  prefer('signed_in', false);
  document.documentElement.dataset.face = 'sign-in';
  wait_for_key(start);
}

// The frame: who looks, which page the address names, the bar above it.
import {query} from './api.js';
import {ContactPage} from './contact.js';
import {ContactsPage} from './contacts.js';
import {dialog, overlays} from './dialog.js';
import {h, icon, show} from './element.js';
import {feed} from './feed.js';
import {FeedPage} from './feed_page.js';
import {count} from './format.js';
import {KeysPage} from './keys.js';
import {MergePage} from './merge.js';
import {ParkedPage} from './parked.js';
import {apply_theme, is_dark, prefer, preferences} from './preferences.js';
import {RebuildsPage} from './rebuilds.js';
import {has_session, may_write, on_session, sign_in_page, sign_out, unlock, why_not} from './session.js';
import {listen_for_keys, shortcut_help} from './shortcuts.js';
import {sample_status, StatusPage} from './status.js';

const STATUS_MS = 5000;
const PAGES = [[/^\/contacts\/(\d+)$/, ContactPage], [/^\/contacts$/, ContactsPage], [/^\/merge\/(\d+)\/(\d+)$/, MergePage], [/^\/feed$/, FeedPage], [/^\/parked$/, ParkedPage], [/^\/rebuilds$/, RebuildsPage], [/^\/keys$/, KeysPage], [/^\/status$/, StatusPage]];
const PLACES = [['contacts', 'Contacts'], ['feed', 'Feed'], ['parked', 'Parked'], ['rebuilds', 'Rebuild'], ['keys', 'Keys'], ['status', 'Status']];

const app = document.getElementById('app');
let page = null;

const search = h('input', {type: 'search', placeholder: 'Search contacts', 'aria-label': 'Search contacts', spellcheck: 'false', autocomplete: 'off'});
const pill = h('span.pill', {role: 'status'}), lag = h('a.lag', {href: '#/status'}), lock = h('button.quiet.lock'), theme = h('button.quiet.theme'), label = h('button.label');
const main = h('main', {id: 'main', tabindex: -1});
const nav = h('nav', {'aria-label': 'Pages'}, PLACES.map(([name, text]) => h('a', {href: `#/${name}`, 'data-page': name}, icon(name), h('span', {}, text))));

function draw_bar() {
  const known = {live: 'Live', reconnecting: 'Reconnecting', ended: 'Session over', off: 'Idle', away: 'Away'};
  const state = feed.paused ? 'paused' : feed.state;
  show(pill, h('i'), feed.paused ? `Paused${feed.waiting ? ` (${count(feed.waiting)} new)` : ''}` : known[feed.state] ?? feed.state);
  pill.dataset.state = state;
  show(lock, may_write() ? [icon('unlock'), h('span', {}, 'Lock')] : [icon('lock'), h('span', {}, 'Read only — unlock to change')]);
  lock.title = may_write() ? 'Forget the key and the session' : why_not;
  show(theme, icon(is_dark() ? 'sun' : 'moon'));
  theme.setAttribute('aria-label', is_dark() ? 'Light theme' : 'Dark theme');
  label.textContent = preferences.label || location.host;
  label.classList.toggle('red', /prod/i.test(preferences.label));
}

function route() {
  const [path, parameters = ''] = (location.hash.slice(1) || '/contacts').split('?');
  const values = new URLSearchParams(parameters);
  const found = PAGES.map(([pattern, Page]) => [pattern.exec(path), Page]).find(([match]) => match);
  page?.unmount?.();
  if (!found) { location.hash = '#/contacts'; return; }
  const [match, Page] = found;
  page = new Page(match.slice(1), values);
  document.title = 'Rapport';
  if (Page === ContactsPage) search.value = values.get('search') ?? '';
  for (const link of nav.children) link.toggleAttribute('aria-current', path.startsWith(`/${link.dataset.page}`));
  show(main, page.element);
  scrollTo(0, 0);
  page.mount();
}

async function poll_status() {
  if (document.hidden) return;
  try {
    const status = await sample_status();
    lag.textContent = status.lag.events ? `Behind ${count(status.lag.events)}` : 'Level';
    lag.classList.toggle('behind', status.lag.events > 0);
    nav.querySelector('[data-page=parked]').dataset.count = status.events.parked || '';
  } catch { lag.textContent = ''; }
}

function start() {
  show(app, h('a.skip', {href: '#main', onclick: (event) => { event.preventDefault(); main.focus(); }}, 'Skip to the page'),
    h('header.top', {}, h('a.brand', {href: '#/contacts'}, h('img', {src: '/console/icon.svg', alt: '', width: 24, height: 24}), 'Rapport'),
      h('form.search', {role: 'search', onsubmit: (event) => { event.preventDefault(); location.hash = `#/contacts${query({search: search.value.trim()})}`; }}, icon('search'), search, h('kbd', {}, '/')),
      label, pill, lag, h('button.quiet.help', {'aria-label': 'Keyboard shortcuts', onclick: shortcut_help}, icon('help')), theme, lock), nav, main, overlays);
  label.onclick = () => {
    const input = h('input', {value: preferences.label, placeholder: location.host, 'aria-label': 'Label', autofocus: true});
    const box = dialog('Name this server', h('form', {onsubmit: (event) => { event.preventDefault(); prefer('label', input.value.trim()); draw_bar(); box.close(); }}, h('p.faint', {}, 'Kept by this browser; red when it says production.'), h('div.row', {}, input, h('button.primary', {}, 'Save'))));
  };
  theme.onclick = () => { prefer('theme', is_dark() ? 'light' : 'dark'); draw_bar(); };
  lock.onclick = () => (may_write() ? sign_out() : unlock());
  draw_bar();
  feed.listen(({kind}) => { if (kind === 'state') draw_bar(); });
  on_session(() => { draw_bar(); route(); });
  listen_for_keys(() => page, () => search);
  addEventListener('hashchange', route);
  route();
  poll_status();
  setInterval(poll_status, STATUS_MS);
}

apply_theme();
if (await has_session()) start();
else show(app, sign_in_page(start));

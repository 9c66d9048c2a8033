// This tab's end of the live feed (feed_worker.js has the other). Hidden for five minutes it leaves; shown again it comes
// back from the position where it was, says so, and who listens reads anew what it shows.
import {note} from './dialog.js';

const HIDDEN_MS = 5 * 60 * 1000;
const listeners = new Set();
let port = null, contacts = [], state = 'off', paused = false, waiting = 0, hidden = 0, away = false;

function connect() {
  if (port) return;
  // A worker's address is a sink of trusted types: this policy lets one address through.
  const policy = self.trustedTypes?.createPolicy('rapport-feed', {createScriptURL: () => '/console/feed_worker.js'});
  port = new SharedWorker(policy ? policy.createScriptURL('') : '/console/feed_worker.js').port;
  port.onmessage = ({data}) => {
    if (data.kind === 'state') state = away ? 'away' : data.state;
    const counts = paused && (data.kind === 'item' || data.kind === 'summary');
    if (counts) waiting += data.count ?? 1;
    tell(data);
    if (counts) tell({kind: 'state', state});
  };
  port.start();
  setInterval(() => { if (!away) say(); }, 20000);
  addEventListener('pagehide', () => port.postMessage({kind: 'leave'}));
  addEventListener('pageshow', (event) => { if (event.persisted) say(); });
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden);
    if (document.hidden) {
      hidden = setTimeout(() => { away = true; port.postMessage({kind: 'leave'}); tell({kind: 'state', state: state = 'away'}); }, HIDDEN_MS);
    } else if (away) {
      away = false;
      say();
      note('Hidden for 5 minutes: the feed was closed, and goes on from where it was');
      tell({kind: 'missed'});
    }
  });
}
const tell = (message) => { for (const listener of listeners) listener(message); };
const say = (again = false) => port?.postMessage({kind: 'follow', contacts, again});

export const feed = {
  // Which contacts this tab is about: an array of ids, or 'all'.
  follow(ids) { contacts = ids; connect(); say(); },
  // After a sign-in: the session is another one.
  again() { if (port) say(true); },
  listen(listener) { listeners.add(listener); return () => listeners.delete(listener); },
  get state() { return state; },
  get paused() { return paused; },
  get waiting() { return waiting; },
  pause(value) { paused = value; waiting = 0; tell({kind: 'state', state}); },
};

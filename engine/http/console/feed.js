// This tab's end of the live feed (feed_worker.js has the other). Hidden for five minutes it leaves; shown again it comes
// back, and who listens reads anew what it may have missed.

const HIDDEN_MS = 5 * 60 * 1000;
const listeners = new Set();
let port = null, contacts = [], state = 'off', paused = false, hidden = 0;

function connect() {
  if (port) return;
  // A worker's address is a sink of trusted types: this policy lets one address through.
  const policy = self.trustedTypes?.createPolicy('rapport-feed', {createScriptURL: () => '/console/feed_worker.js'});
  port = new SharedWorker(policy ? policy.createScriptURL('') : '/console/feed_worker.js').port;
  port.onmessage = ({data}) => {
    if (data.kind === 'state') state = data.state;
    for (const listener of listeners) listener(data);
  };
  port.start();
  setInterval(() => { if (!document.hidden) say(); }, 20000);
  addEventListener('pagehide', () => port.postMessage({kind: 'leave'}));
  addEventListener('pageshow', (event) => { if (event.persisted) say(); });
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden);
    if (document.hidden) hidden = setTimeout(() => port.postMessage({kind: 'leave'}), HIDDEN_MS);
    else { say(); for (const listener of listeners) listener({kind: 'missed'}); }
  });
}
const say = (again = false) => port?.postMessage({kind: 'follow', contacts, again});

export const feed = {
  // Which contacts this tab is about: an array of ids, or 'all'.
  follow(ids) { contacts = ids; connect(); say(); },
  // After a sign-in: the session is another one.
  again() { if (port) say(true); },
  listen(listener) { listeners.add(listener); return () => listeners.delete(listener); },
  get state() { return state; },
  get paused() { return paused; },
  pause(value) { paused = value; for (const listener of listeners) listener({kind: 'state', state}); },
};

// One EventSource for all tabs of a browser: a shared worker that follows what any of them shows. Each tab says which
// contacts it is about ("all" for every one) and picks its own out of what comes.
//
// A tab that says nothing for two minutes is gone: a port does not tell when its page closes, and a browser lets a hidden page speak
// once a minute.

const tabs = new Map();  // port -> {contacts, seen}
let source = null, last = '', wanted = '', state = 'off', lost = false;
let recent = [], summary = null, flush = 0;

const tell = (message) => { for (const port of tabs.keys()) port.postMessage(message); };
const set_state = (next) => { state = next; tell({kind: 'state', state}); };

function interest() {
  const ids = new Set();
  for (const {contacts} of tabs.values()) {
    if (contacts === 'all') return 'all';
    for (const id of contacts) ids.add(id);
  }
  return ids.size > 100 ? 'all' : [...ids].sort((a, b) => a - b).join(',');
}

// More than 50 in a second are told as a count each second: who reads the page could not follow them.
function take(item) {
  const now = Date.now();
  recent = recent.filter((time) => now - time < 1000);
  recent.push(now);
  if (recent.length <= 50) return tell({kind: 'item', item});
  summary ??= {count: 0, contacts: {}};
  summary.count += 1;
  summary.contacts[item.contact] = (summary.contacts[item.contact] ?? 0) + 1;
  flush ||= setTimeout(() => { tell({kind: 'summary', ...summary}); summary = null; flush = 0; }, 1000);
}

function follow() {
  const next = interest();
  if (next === wanted && source) return;
  wanted = next;
  source?.close();
  source = null;
  if (!next) return set_state('off');
  const parameters = new URLSearchParams();
  if (next !== 'all') parameters.set('contact', next);
  if (last) parameters.set('from', last);
  source = new EventSource(`/v1/feed?${parameters}`);
  let opened = false;
  source.onopen = () => {
    opened = true;
    set_state('live');
    if (lost) tell({kind: 'missed'});
    lost = false;
  };
  source.onmessage = (event) => { last = event.lastEventId || last; if (event.data) take(JSON.parse(event.data)); };
  source.addEventListener('problem', () => { source.close(); source = null; set_state('ended'); });
  source.onerror = () => {
    const over = source?.readyState === EventSource.CLOSED;
    if (over) {
      // A position that is refused, of another log perhaps, is let go: from now on, then, and who listens reads anew.
      if (last && !opened) { last = ''; lost = true; }
      source = null;
      setTimeout(() => { wanted = ''; follow(); }, 3000);
    }
    set_state('reconnecting');
  };
}

setInterval(() => {
  for (const [port, tab] of tabs) if (Date.now() - tab.seen > 120000) tabs.delete(port);
  follow();
}, 15000);

onconnect = ({ports: [port]}) => {
  tabs.set(port, {contacts: [], seen: Date.now()});
  port.onmessage = ({data}) => {
    if (data.kind === 'leave') tabs.delete(port);
    else tabs.set(port, {contacts: data.contacts, seen: Date.now()});
    if (data.again) { wanted = ''; }
    follow();
    port.postMessage({kind: 'state', state});
  };
  port.start();
};

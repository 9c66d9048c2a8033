// A web page as a channel (docs/channel.md): <script src="https://rapport.example/channel.js" data-key="rk_..."></script>
(() => {
  const {src, dataset: {key}} = document.currentScript, url = new URL('/v1/channel', src).href, place = `rapport.${key}.`;
  // A batch of them fits a beacon, which holds 64 KiB.
  const QUEUE_MAX = 50, BATCH_MAX = 5, LETTERS_MAX = 4000, PAUSE_MS = 5000, PAUSE_MAX_MS = 300000;
  const make_id = () => crypto.getRandomValues(new Uint8Array(16)).reduce((id, byte) => id + byte.toString(16).padStart(2, '0'), '');

  // The visitor is the browser's, all else the tab's. Storage may be refused: then they are the page's.
  const held = {}, store = (name) => (name === 'visitor' ? localStorage : sessionStorage);
  const read = (name) => { try { return store(name).getItem(place + name); } catch { return held[name]; } };
  const keep = (name, value) => { held[name] = value; try { store(name).setItem(place + name, value); } catch {} return value; };
  const once = (name) => read(name) ?? keep(name, make_id());
  const is_new = (name, value) => read(name) !== value && keep(name, value);

  const visitor = once('visitor'), visitId = once('visit');
  let queue = JSON.parse(read('queue') ?? '[]'), sending, timer, pause = 0;
  const set_queue = (events) => { queue = events; keep('queue', JSON.stringify(events)); };
  const body_of = (events) => JSON.stringify({key, visitor, events});
  const wake = () => { timer ??= setTimeout(send, pause); };

  // An event leaves the queue once it was answered. Its id was made before it was sent, so that a retry counts once.
  async function send() {
    clearTimeout(timer);
    timer = null;
    if (sending || !queue.length) return;
    sending = true;
    const batch = queue.slice(0, BATCH_MAX);
    try {
      const answer = await fetch(url, {method: 'POST', body: body_of(batch), credentials: 'omit', keepalive: true});
      if (answer.status === 429 || answer.status >= 500) throw 0;
      set_queue(queue.filter((event) => !batch.includes(event)));
      pause = 0;
      const said = await answer.json();
      if (said.code || said.rejected[0]) console.warn('rapport', said);
    } catch { pause = Math.min(pause * 2 || PAUSE_MS, PAUSE_MAX_MS); }
    sending = false;
    if (queue.length) wake();
  }
  function tell(type, data) {
    const event = {id: make_id(), type, data};
    if (JSON.stringify(event).length > LETTERS_MAX) return console.warn('rapport: too long', event);
    set_queue([...queue, event].slice(-QUEUE_MAX));
    wake();
  }

  const here = () => ({visitId, url: location.href, title: document.title});
  self.rapport = {
    visit() { if (is_new('begun', '1')) tell('visit.started', {...here(), referrer: document.referrer}); },
    page() { tell('page.viewed', here()); },
    chat(text) {
      const begun = read('case'), caseId = once('case');
      if (!begun) tell('chat.started', {caseId, visitId});
      tell('chat.message', {caseId, text});
    },
    identify(externalId, fields = {}) {
      const data = {externalId, fields};
      if (is_new('said', JSON.stringify(data))) tell('identify', data);
    },
  };
  addEventListener('online', send);
  addEventListener('pagehide', () => {
    if (read('begun')) tell('visit.ended', {visitId});
    if (queue.length) navigator.sendBeacon(url, body_of(queue.slice(-BATCH_MAX)));
  });
  wake();
})();

// What the console does with answers that come late, seldom or not at all: node seldom_test.mjs URL; the key is RAPPORT_KEY. Most of
// them are put in the engine's place.
import assert from 'node:assert/strict';
import {createContext, runInContext} from 'node:vm';
import {Browser, publisher, run_steps, until} from './browser.mjs';

const [url] = process.argv.slice(2), key = process.env.RAPPORT_KEY;
const browser = await Browser.start();
const publish = publisher(url, key);
// Puts answers in the engine's place: {part of its path: body, or [status, body]}; what was asked is kept in window.asked.
const answer = (answers) => browser.run(`const answers = arguments[0];
  window.real_fetch ??= window.fetch;
  window.asked = [];
  window.fetch = (target, options) => {
    const [, told] = answers.find(([path]) => target.includes(path)) ?? [];
    if (!told) return window.real_fetch(target, options);
    window.asked.push([options?.method ?? 'GET', target, options?.body ?? null]);
    const [status, body] = Array.isArray(told) ? told : [200, told];
    return Promise.resolve(new Response(JSON.stringify(body), {status, headers: {'Content-Type': 'application/json'}}));
  };`, Object.entries(answers));
const was_asked = (method, path) => until(`${method} ${path}`, () => browser.run('return window.asked.find(([method, path]) => method === arguments[0] && path === arguments[1])', method, path));
const parked = {position: '0-0-12', reason: 'time: is no date', recordedAt: '2026-03-14T09:15:00.000Z', origin: 'kafka events/0/12'};
const go = (fragment) => browser.run('location.hash = arguments[0]', fragment);

const steps = {
  async 'a key signs in'() {
    await browser.open(url);
    await browser.type('#key', key);
    await browser.click('.key-form .primary:enabled');
    await browser.has('.contacts tbody', 'Zoë Okafor');
    assert.deepEqual(await browser.run('return [...document.querySelectorAll("nav [aria-current=page]")].map((one) => one.dataset.page)'), ['contacts']);
  },
  async 'a contact that comes once another page is shown leaves that its title and its feed'() {
    await browser.run(`window.real_fetch = window.fetch;
      window.fetch = async (target, options) => {
        if (target === '/v1/contacts/7') await new Promise((go_on) => { window.go_on = go_on; });
        return window.real_fetch(target, options).finally(() => { window.came = true; });
      };`);
    await go('#/contacts/7');
    await until('the contact, asked for', () => browser.run('return Boolean(window.go_on)'));
    await go('#/feed');
    await browser.has('main h1', 'Feed');
    await browser.run('window.fetch = window.real_fetch; window.came = false; window.go_on()');
    await until('the contact', () => browser.run('return window.came'));
    await until('the feed', () => browser.run('return document.querySelector(".pill").dataset.state === "live"'));
    await publish({id: 'late-1', subject: 'contact/9', type: 'note.added', data: {text: 'of another contact'}});
    await browser.has('.feed-row', 'of another contact');
    assert.equal(await browser.run('return document.title'), 'Rapport');
  },
  async 'a rebuild that waits is accepted or cancelled, one that ended different is red'() {
    const one = {verify: false, contact: null, paused: false, records: 9, total: 9, recordsPerSecond: 5, secondsLeft: null, started: '2026-01-01T10:00:00.000Z', ended: null, liveDigest: 'a', freshDigest: 'b', error: null,
      difference: {rows: 9, different: 1, parts: {state: 1}, first: [{subject: 'contact/7', part: 'state', how: 'differs'}]}};
    await answer({'/v1/rebuilds': {items: [{...one, id: 7, state: 'waiting'}, {...one, id: 6, state: 'different', verify: true, ended: '2026-01-01T10:00:02.000Z'}], kept: []}});
    await go('#/rebuilds');
    await browser.has('.rebuild[data-state=waiting]', '1 of 9 rows differ');
    await browser.find('.rebuild[data-state=different] .chip.red');
    assert.deepEqual(await browser.run('return [...document.querySelectorAll(".rebuild")].map((card) => [...card.querySelectorAll(".actions button")].map((one) => one.textContent))'),
      [['Cancel', 'Accept although it differs'], []]);
    await browser.click('.rebuild .danger');
    await browser.click('dialog .danger');
    await was_asked('POST', '/v1/rebuilds/7/accept');
    await browser.run('document.querySelector(".rebuild .actions button").click()');
    await was_asked('POST', '/v1/rebuilds/7/cancel');
  },
  async 'a position that the server takes no more is let go, and who listens is told'() {
    const sources = [], soon = [], told = [];
    class EventSource {
      static CLOSED = 2;
      constructor(address) { this.address = address; sources.push(this); }
      addEventListener() {}
      close() {}
      refused() { this.readyState = 2; this.onerror(); soon.pop()(); }
    }
    const worker = createContext({EventSource, URLSearchParams, setInterval() {}, setTimeout: (work) => soon.push(work)});
    runInContext(await (await fetch(`${url}/console/feed_worker.js`)).text(), worker);
    const port = {postMessage: (message) => told.push(message.kind), start() {}};
    worker.onconnect({ports: [port]});
    port.onmessage({data: {kind: 'follow', contacts: 'all'}});
    sources[0].onopen();
    sources[0].onmessage({lastEventId: 'other.0-1', data: ''});
    for (let at = 0; at < 2; ++at) sources[at].refused();
    sources[2].onopen();
    assert.deepEqual(sources.map(({address}) => address), ['/v1/feed?', '/v1/feed?from=other.0-1', '/v1/feed?']);
    assert.equal(told.at(-1), 'missed');
  },
  async 'two samples of the status in one millisecond break no chart'() {
    const found = await browser.call('POST', '/execute/async', {args: [], script: `const done = arguments[arguments.length - 1], {fetch} = window, {now} = Date;
      let under_way = 0, most = 0;
      window.fetch = (...all) => { most = Math.max(most, ++under_way); return fetch(...all).finally(() => { --under_way; }); };
      import('/console/status.js').then(async ({sample_status, StatusPage}) => {
        await Promise.all([sample_status(), sample_status()]);
        const moment = now() + 1;
        Date.now = () => moment;
        await sample_status();
        await sample_status();
        window.fetch = fetch;
        Date.now = now;
        const place = document.createElement('div');
        place.append(...(await new StatusPage().read()).flat());
        return [place.innerHTML, most];
      }).then(done, (error) => done([String(error)]));`});
    assert.doesNotMatch(found[0], /NaN|Infinity|∞/);
    assert.equal(found[1], 1);
  },
  async 'a parked record is shown, edited and sent byte by byte, and they are read on beyond the first hundred'() {
    const raw = '{"id": 9007199254740993,\r\n "a": 1, "a": 2}', record = (at) => ({...parked, position: `0-0-${at}`, state: 'waiting', raw: btoa(raw)});
    await answer({'/retry': {parked: {...record(1), state: 'retried'}}, 'cursor=c1': {items: [record(3)], next: null}, '/v1/parked?': {items: [record(1), record(2)], next: 'c1'}});
    await go('#/parked');
    await browser.click('.more button');
    await until('the third', () => browser.run('return document.querySelectorAll(".parked").length === 3 && document.querySelector(".more").hidden'));
    assert.equal(await browser.run('return document.querySelector(".parked textarea").value'), raw.replace('\r', ''));
    await browser.click('.parked .primary');
    assert.equal((await was_asked('POST', '/v1/parked/0-0-1/retry'))[2], null, 'what nobody edited is not sent');
    await until('the others, left', () => browser.run('return document.querySelectorAll(".parked").length === 2'));
    await browser.type('.parked textarea', ' ');
    await browser.click('.parked .primary');
    assert.equal((await was_asked('POST', '/v1/parked/0-0-2/retry'))[2], `${raw.replace('\r', '')} `);
    await go('#/status');
  },
  async 'the bar counts the parked records that wait, not those that were decided'() {
    const status = await (await fetch(`${url}/v1/status`, {headers: {Authorization: `Bearer ${key}`}})).json();
    const counts = async (control, items, next, text) => {
      await answer({'/v1/parked?state=waiting': {items, next}, '/v1/status': {...status, events: {...status.events, parked: 12}, partitions: [{...status.partitions[0], partition: 'control', position: control}]}});
      await until(`the count "${text}"`, () => browser.run('return document.querySelector("[data-page=parked]").dataset.count === arguments[0]', text));
    };
    await counts(101, [parked, parked], null, '2');
    await counts(102, Array(9).fill(parked), 'c1', '9+');
    await counts(103, [], null, '');
  },
  async 'to unlock keeps what was typed'() {
    await browser.reload();
    await browser.has('.lock', 'Read only');
    await answer({'/v1/parked?': {items: [{...parked, state: 'waiting', raw: btoa('{}')}], next: null}});
    await go('#/parked');
    await browser.type('.parked textarea', 'typed');
    await browser.click('.parked .primary[aria-disabled]');
    await browser.type('dialog #key', key);
    await browser.click('dialog .primary');
    await browser.find('.parked .primary:not([aria-disabled])');
    assert.match(await browser.run('return document.querySelector(".parked textarea").value'), /typed/);
  },
  async 'to unlock stays in the past'() {
    await go('#/contacts/7');
    await browser.find('.event-row');
    await browser.reload();
    await browser.has('.lock', 'Read only');
    await browser.find('.archive[aria-disabled]');
    await browser.press('[');
    await browser.find('.as-of:not([hidden])');
    await browser.click('.lock');
    await browser.type('dialog #key', key);
    await browser.click('dialog .primary');
    await browser.has('.toast', 'Unlocked');
    await browser.find('.as-of:not([hidden])');
    await browser.press('l');
    await browser.find('.archive:not([aria-disabled])');
  },
  async 'a list that cannot be read on says why, and is begun again'() {
    const {items} = await (await fetch(`${url}/v1/contacts?limit=2`, {headers: {Authorization: `Bearer ${key}`}})).json();
    const page = {items, total: 9, next: 'c1', explain: {index: 'id', contactsRead: 2}};
    await answer({'cursor=c1': [410, {code: 'cursor_expired', detail: 'begin the list again'}], '/v1/contacts?': page});
    await go('#/contacts');
    await browser.click('.more button');
    await browser.has('.more .state', 'begin the list again');
    await browser.has('.contacts tbody', 'Zoë Okafor');
    await browser.click('.more .state .primary');
    await browser.find('.more > button:enabled');
    await answer({'cursor=c1': [503, {code: 'overloaded', detail: 'too many'}], '/v1/contacts?': page});
    await browser.click('.more button');
    await browser.has('.more .state', 'too many');
    await answer({'cursor=c1': {...page, next: null}});
    await browser.click('.more .state .primary');
    await until('the next page', () => browser.run('return document.querySelectorAll(".contacts tbody tr").length === 4 && document.querySelector(".more").hidden'));
  },
};

await run_steps(browser, steps);

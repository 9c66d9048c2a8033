// The console in a real browser: node console_test.mjs URL; the key is RAPPORT_KEY. What it serves is story.ndjson and what the
// test itself publishes.
import assert from 'node:assert/strict';
import {Browser, until} from './browser.mjs';

const [url] = process.argv.slice(2), key = process.env.RAPPORT_KEY;
const browser = await Browser.start();

async function publish(event) {
  const response = await fetch(`${url}/v1/events`, {method: 'POST', headers: {Authorization: `Bearer ${key}`, 'Content-Type': 'application/cloudevents+json'},
    body: JSON.stringify({specversion: '1.0', source: 'test', subject: 'contact/7', ...event})});
  assert.equal(response.status, 200, await response.text());
}
const go = (fragment) => browser.run('location.hash = arguments[0]', fragment);
const value_of = (path) => browser.text(`[data-path="${path}"] .field-value`);

const steps = {
  async 'the page has its policy, and a tag that answers 304'() {
    const page = await fetch(url);
    const policy = page.headers.get('Content-Security-Policy');
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self'", "require-trusted-types-for 'script'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"]) assert.ok(policy.includes(rule), rule);
    assert.equal(page.headers.get('X-Content-Type-Options'), 'nosniff');
    const again = await fetch(url, {headers: {'If-None-Match': page.headers.get('ETag')}});
    assert.equal(again.status, 304);
    assert.equal((await fetch(`${url}/console/none.js`)).status, 404);
  },
  async 'a wrong key is refused, a right one signs in'() {
    await browser.open(url);
    await browser.type('#key', 'rk_nobody_x');
    await browser.click('.key-form .primary');
    await browser.has('.key-form .bad', 'not known');
    await browser.run('document.querySelector("#key").value = ""');
    await browser.type('#key', key);
    await browser.click('.key-form .primary');
    await browser.has('.contacts tbody', 'Zoë Okafor');
  },
  async 'search and filters'() {
    await browser.type('.search input', 'okaf stu\uE007');
    await browser.find('.contacts tbody tr, .state');
    await go('#/contacts?search=zoe+okafor&where=tags%7Ceq%7Cvip');
    await browser.has('.chip.where', 'tags is vip');
    await browser.has('.explain', '1 contact');
    await go('#/contacts?search=nobody');
    await browser.has('.state', '“nobody”');
    await browser.click('.state .primary');
    await browser.has('.explain', '2 contacts');
  },
  async 'a contact, and what happens to it now'() {
    await go('#/contacts/7');
    await browser.find('.event-row');
    assert.equal(await value_of('fields.city'), 'Oslo');
    await until('the feed', () => browser.run('return document.querySelector(".pill").dataset.state === "live"'));
    await publish({id: 'live-1', type: 'contact.fields.changed', data: {fields: {city: 'Bergen'}}});
    await until('the live change', async () => (await value_of('fields.city')) === 'Bergen');
    await browser.has('.event .what', 'Bergen');
  },
  async 'the past: the slider, steps, and back to live'() {
    await browser.run('document.activeElement.blur()');
    await browser.press('[');
    await browser.has('.as-of', 'Bergen');
    await browser.has('.field-value em', 'was Oslo');
    await browser.run(`const box = document.querySelector('.track').getBoundingClientRect();
      const at = {clientX: box.left + 2, clientY: box.top + 5, bubbles: true};
      document.querySelector('.track').dispatchEvent(new PointerEvent('pointerdown', at)); dispatchEvent(new PointerEvent('pointerup', at));`);
    await browser.has('.as-of', '1 Mar 2026');
    await until('the state of then', async () => (await value_of('fields.city')).startsWith('Abuja'));
    assert.equal(await browser.run('return document.querySelector(".contact-head button").hasAttribute("aria-disabled")'), true);
    await browser.press('l');
    await until('live again', async () => (await value_of('fields.city')) === 'Bergen');
  },
  async 'blame says which write holds and which lost'() {
    await browser.click('[data-path="fields.email"]');
    await browser.has('.blame', 'holds: the latest');
    await browser.has('.blame .lost', 'z.okafor@old.example');
  },
  async 'a detail opens in its place'() {
    await browser.click('.event:not(.nested) .event-row[aria-expanded=false][data-key*="."]:not([data-key^=group])');
    await browser.has('.detail', 'Position');
  },
  async 'a merge is tried, done and taken back'() {
    await go('#/merge/9/7');
    await browser.has('td.result', 'Okafor Studio');
    await browser.click('.do-merge');
    await browser.has('.contact-head', 'unmerge');
    await browser.has('.state-body', 'Other values');
    await browser.click('.contact-head .link');
    await browser.has('dialog', 'has again');
    await browser.click('dialog .primary');
    await browser.find('#app .contact-head, .bones');
    await until('9 by itself', async () => (await (await fetch(`${url}/v1/contacts/9`, {headers: {Authorization: `Bearer ${key}`}})).json()).id === 9);
  },
  async 'a reload can read, not change'() {
    await browser.reload();
    await browser.has('.lock', 'Read only');
    await browser.find('[aria-disabled]');
    await browser.click('.lock');
    await browser.type('#key', key);
    await browser.click('dialog .primary');
    await browser.has('.lock', 'Lock');
  },
  async 'a rebuild, its digests equal'() {
    await go('#/rebuilds');
    await browser.click('.start');
    await browser.has('.rebuild .good', 'equal');
    await browser.has('.rebuild .chip', 'swapped');
  },
  async 'status, keys, parked and feed are there'() {
    for (const [name, text] of [['status', 'contacts'], ['keys', 'admin'], ['parked', 'Nothing is parked'], ['feed', 'Waiting']]) {
      await go(`#/${name}`);
      await browser.has('main', text);
    }
    await until('the feed', () => browser.run('return document.querySelector(".pill").dataset.state === "live"'));
    await publish({id: 'live-2', type: 'note.added', data: {text: 'seen in the feed'}});
    await browser.has('.feed-row', 'seen in the feed');
    await browser.click('.feed-row');
    await browser.has('.as-of', 'seen in the feed');
  },
  async 'thousands of events, and at most 80 rows of them in the page'() {
    const lines = Array.from({length: 3000}, (_, at) => JSON.stringify({specversion: '1.0', id: `many-${at}`, source: 'test', type: 'shop.counted', subject: 'contact/11', time: new Date(1770000000000 + at * 60000).toISOString(), data: {at}}));
    const response = await fetch(`${url}/v1/events`, {method: 'POST', headers: {Authorization: `Bearer ${key}`, 'Content-Type': 'application/x-ndjson'}, body: lines.join('\n')});
    assert.equal(response.status, 200);
    await go('#/contacts/11');
    await browser.find('.lanes rect');
    await browser.run(`const box = document.querySelector('.track').getBoundingClientRect();
      const at = {clientX: box.left + 30, clientY: box.top + 5, bubbles: true};
      document.querySelector('.track').dispatchEvent(new PointerEvent('pointerdown', at)); dispatchEvent(new PointerEvent('pointerup', at));`);
    await browser.has('.as-of', 'Feb 2026');
    await browser.find('.event.at');
    await browser.press('l');
    await browser.find('.live-end.on');
    for (let at = 0; at < 8; ++at) {
      await browser.run('const s = document.querySelector(".scroller"); s.scrollTop = s.scrollHeight');
      await until('rows', () => browser.run('return document.querySelectorAll(".stage > *").length > 5'));
      assert.ok(await browser.run('return document.querySelectorAll(".stage > *").length') <= 80);
    }
  },
  async 'a phone: 360 pixels, tabs, nothing wider than the screen'() {
    await browser.size(360, 740);
    await go('#/contacts/7');
    await browser.find('.event-row');
    assert.ok(await browser.run('return document.documentElement.scrollWidth') <= 360);
    await browser.click('[data-for=state]');
    await until('the state', () => browser.run('return document.querySelector(".state-card").offsetHeight > 0 && document.querySelector(".timeline-card").offsetHeight === 0'));
  },
  async 'nothing was blocked, nothing failed, nothing left the origin'() {
    for (const {level, message} of await browser.logs('browser')) {
      if (/ 40[14] \(/.test(message)) continue;  // nobody signed in yet, and the wrong key
      assert.fail(`${level} ${message}`);
    }
    for (const {message} of await browser.logs('performance')) {
      const {method, params} = JSON.parse(message).message;
      if (method !== 'Network.requestWillBeSent') continue;
      assert.ok(params.request.url.startsWith(url) || /^(data|chrome|about):/.test(params.request.url), params.request.url);
    }
  },
};

let name = '';
try {
  for (name of Object.keys(steps)) {
    console.log(name);
    await steps[name]();
  }
} catch (error) {
  console.error(`FAILED: ${name}: ${error.message}`);
  console.error(await browser.run('return location.hash + "\\n" + document.body.innerText').catch(() => ''));
  process.exitCode = 1;
} finally {
  await browser.stop();
}

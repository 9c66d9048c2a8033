// What the console does with answers that come late, seldom or not at all: node seldom_test.mjs URL; the key is RAPPORT_KEY. Most of
// them are put in the engine's place.
import assert from 'node:assert/strict';
import {Browser, run_steps, until} from './browser.mjs';

const [url] = process.argv.slice(2), key = process.env.RAPPORT_KEY;
const browser = await Browser.start();

async function publish(event) {
  const response = await fetch(`${url}/v1/events`, {method: 'POST', headers: {Authorization: `Bearer ${key}`, 'Content-Type': 'application/cloudevents+json'},
    body: JSON.stringify({specversion: '1.0', source: 'test', subject: 'contact/7', ...event})});
  assert.equal(response.status, 200, await response.text());
}
const go = (fragment) => browser.run('location.hash = arguments[0]', fragment);

const steps = {
  async 'a key signs in'() {
    await browser.open(url);
    await browser.type('#key', key);
    await browser.click('.key-form .primary:enabled');
    await browser.has('.contacts tbody', 'Zoë Okafor');
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
};

await run_steps(browser, steps);

// axe-core over every page and state, in light and dark, on a desk and on a phone: node axe_test.mjs URL. The key is RAPPORT_KEY, the
// script of axe-core is in the file AXE.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {Browser, until} from './browser.mjs';

const [url] = process.argv.slice(2), key = process.env.RAPPORT_KEY;
const axe = readFileSync(process.env.AXE, 'utf8');
const browser = await Browser.start();
const WIDTHS = [[1360, 900], [360, 740]], THEMES = ['light', 'dark'];
let looked = 0, rules_passed = new Set(), findings = [];

const go = (fragment) => browser.run('location.hash = arguments[0]', fragment);
const publish = async (body, type = 'application/cloudevents+json') => {
  const response = await fetch(`${url}/v1/events`, {method: 'POST', headers: {Authorization: `Bearer ${key}`, 'Content-Type': type}, body});
  assert.equal(response.status, 200, await response.text());
};

// WCAG 2.2 A and AA and what axe counts as good practice. A row that is only half scrolled into view is not what a finger meets, so
// that target-size, too, is asked where the page stands still.
async function look(state, theme, width) {
  if (!await browser.run('return Boolean(window.axe)')) await browser.run(axe);
  const found = await browser.call('POST', '/execute/async', {args: [], script: `const done = arguments[arguments.length - 1];
    Promise.all(document.getAnimations().filter((one) => one.effect.getTiming().iterations !== Infinity).map((one) => one.finished.catch(() => 0)))
      .then(() => axe.run(document, {resultTypes: ['violations', 'incomplete'], rules: {'target-size': {enabled: true}}}))
      .then((result) => done({passes: result.passes.map(({id}) => id), violations: result.violations.map(({id, help, nodes}) =>
        ({id, help, nodes: nodes.slice(0, 3).map(({html, failureSummary}) => html.slice(0, 160) + ' :: ' + failureSummary.replace(/\\s+/g, ' ').slice(0, 260))}))}), (error) => done({error: String(error)}));`});
  assert.equal(found.error, undefined);
  looked += 1;
  for (const id of found.passes) rules_passed.add(id);
  for (const {id, help, nodes} of found.violations) findings.push(`${state}, ${theme}, ${width} px: ${id}: ${help}\n    ${nodes.join('\n    ')}`);
}

// A state is reached once, and looked at in both themes and both widths.
async function everywhere(state) {
  for (const [width, height] of WIDTHS) {
    await browser.size(width, height);
    for (const theme of THEMES) {
      await browser.run('document.documentElement.dataset.theme = arguments[0]', theme);
      await look(state, theme, width);
    }
  }
  await browser.size(...WIDTHS[0]);
}

const click_in_page = (selector) => browser.run('document.querySelector(arguments[0]).click()', selector);
const shut = () => browser.run('document.querySelector("dialog")?.close(); document.querySelector(".toasts")?.replaceChildren()');
async function contact() {
  await go('#/contacts');
  await browser.find('.contacts tbody tr');
  await go('#/contacts/7');
  await browser.find('.event-row');
  await browser.find('.lanes rect');
}

const states = {
  async 'sign in'() { await browser.open(url); await browser.find('.key-form .primary:enabled'); },
  async 'sign in, refused'() { await browser.type('#key', 'rk_nobody_x'); await browser.click('.key-form .primary:enabled'); await browser.has('.key-form .bad', 'not known'); },
  async 'contacts'() {
    await browser.run('document.querySelector("#key").value = ""');
    await browser.type('#key', key);
    await browser.click('.key-form .primary:enabled');
    await browser.has('.contacts tbody', 'Zoë Okafor');
  },
  async 'contacts, filtered'() { await go('#/contacts?search=zoe&where=tags%7Ceq%7Cvip'); await browser.has('.chip.where', 'tags is vip'); await browser.find('.contacts tbody tr'); },
  async 'the builder of filters'() { await click_in_page('.chip.add'); await browser.find('dialog[open]'); },
  async 'no contact fits'() { await shut(); await go('#/contacts?search=nobody'); await browser.has('.state', 'No contact fits'); },
  async 'loading'() { await browser.run(`document.querySelector('.list-body').replaceChildren(Object.assign(document.createElement('div'), {className: 'bones'}))`); },
  async 'an error'() { await go('#/contacts/999999'); await browser.find('.state[role=alert]'); },
  async 'a contact'() { await contact(); },
  async 'a contact, its state'() { await click_in_page('[data-for=state]'); },
  async 'a contact, blamed'() { await click_in_page('[data-path="fields.email"]'); await browser.find('.blame li'); },
  async 'a contact, a detail'() { await contact(); await click_in_page('.event:not(.nested) .event-row[aria-expanded=false][data-key*="."]:not([data-key^=group])'); await browser.find('.detail'); },
  async 'a contact, a group unfolded'() { await contact(); await click_in_page('.event-row[data-key^=group]'); await browser.find('.event.nested'); },
  async 'a contact, its menu'() { await click_in_page('.contact-head .copy'); await browser.find('.menu'); },
  async 'a contact in the past'() { await browser.run('document.body.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true})); document.activeElement.blur()'); await browser.press('['); await browser.find('.as-of:not([hidden])'); },
  async 'a contact, compared'() { await browser.press('d'); await browser.find('.comparing .diff, .comparing .changes-body p'); await click_in_page('[data-for=changes]'); },
  async 'nothing in the timeline'() {
    await contact();
    await browser.run('const s = document.querySelector(".timeline-head select"); s.value = "notes"; s.dispatchEvent(new Event("change"))');
    await browser.find('.event-row, .scroller .state');
  },
  async 'a change, tried'() {
    await contact();
    await click_in_page('.new-tag');
    await browser.type('dialog input', 'met in Oslo');
    await browser.has('.preview', 'added');
  },
  async 'a change, refused'() { await publish(JSON.stringify({specversion: '1.0', id: 'axe-2', source: 'test', subject: 'contact/7', type: 'contact.tags.changed', data: {add: ['seen']}})); await browser.type('dialog input', '!'); await browser.has('.preview .bad', 'Somebody'); await browser.find('.preview button'); },
  async 'merge'() { await shut(); await go('#/merge/9/7'); await browser.has('td.result', 'Okafor Studio'); },
  async 'an erasure, tried'() { await contact(); await click_in_page('.contact-head .erase'); await browser.find('.erase .figures'); },
  async 'a contact that is erased'() {
    await shut();
    await publish(JSON.stringify({specversion: '1.0', id: 'axe-3', source: 'test', subject: 'contact/12', type: 'contact.created', data: {fields: {name: 'Ivo'}}}));
    assert.equal((await fetch(`${url}/v1/contacts/12/erase`, {method: 'POST', headers: {Authorization: `Bearer ${key}`}})).status, 200);
    await go('#/contacts/12');
    await browser.has('.state', 'is erased');
  },
  async 'a question'() { await go('#/keys'); await browser.find('td .link'); await click_in_page('td .link'); await browser.find('dialog[open]'); },
  async 'keys'() { await shut(); },
  async 'a new key'() { await click_in_page('.page-head .primary'); await browser.find('dialog[open]'); },
  async 'feed, waiting'() { await shut(); await go('#/feed'); await browser.has('main', 'Waiting'); await until('the feed', () => browser.run('return document.querySelector(".pill").dataset.state === "live"')); },
  async 'feed'() { await publish(JSON.stringify({specversion: '1.0', id: 'axe-1', source: 'test', subject: 'contact/7', type: 'note.added', data: {text: 'seen in the feed'}})); await browser.has('.feed-row', 'seen in the feed'); },
  async 'parked, none'() { await go('#/parked'); await browser.has('main', 'Nothing is parked'); },
  async 'parked'() {  // The embedded log takes nothing that cannot be folded: the answer is put in the engine's place.
    await browser.run(`const real = fetch; window.fetch = (path, options) => (String(path).startsWith('/v1/parked?') ? Promise.resolve(new Response(JSON.stringify({items: ['waiting', 'retried'].map((state) =>
      ({position: '0-0-12', state, reason: 'time: is no date', recordedAt: '2026-03-14T09:15:00.000Z', origin: 'kafka events/0/12', raw: btoa('{"type":"note.added"}')}))}))) : real(path, options))`);
    await go('#/parked?state=all');
    await browser.find('.parked textarea');
  },
  async 'rebuild, none'() { await go('#/rebuilds'); await browser.has('main', 'No rebuild'); },
  async 'rebuild'() { await click_in_page('.start'); await browser.has('.rebuild .chip', 'swapped'); },
  async 'status'() { await go('#/status'); await browser.find('.chart'); await browser.run('document.querySelector(".chart details").open = true'); },
  async 'keys of the keyboard'() { await browser.run('document.activeElement.blur()'); await browser.press('?'); await browser.find('dialog[open]'); },
  async 'a word that passes'() { await shut(); await go('#/contacts/7'); await browser.find('.event-row'); await browser.run('document.activeElement.blur()'); await browser.press('c'); await browser.find('.toast'); },
  async 'read only'() { await browser.reload(); await browser.find('.event-row'); await browser.has('.lock', 'Read only'); },
};

let name = '';
try {
  await browser.size(...WIDTHS[0]);
  for (name of Object.keys(states)) {
    await states[name]();
    await everywhere(name);
  }
  console.log(`${looked} looks at ${Object.keys(states).length} states, ${rules_passed.size} rules met, ${findings.length} findings`);
  for (const one of findings) console.error(one);
  assert.equal(findings.length, 0, 'axe finds nothing');
  // The looking itself is shown to see: a picture without a name is found.
  await browser.run('document.querySelector("main").append(document.createElement("img"))');
  await look('a picture without a name', 'light', 1360);
  assert.ok(findings.some((one) => one.includes('image-alt')), 'a fault that was put there is found');
} catch (error) {
  console.error(`FAILED: ${name}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.stop();
}

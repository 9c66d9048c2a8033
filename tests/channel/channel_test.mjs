// The example page in a real browser: node channel_test.mjs URL RAPPORT; the admin's key is RAPPORT_KEY.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {Browser, run_steps, until} from '../console/browser.mjs';

const [url, rapport] = process.argv.slice(2);
const example = readFileSync(new URL('../../docs/examples/channel.html', import.meta.url), 'utf8');

// The shop: its page, whose channel is the engine, or a line to it that loses the first answer.
const shop = createServer((request, response) => {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(example.replace('https://rapport.example', request.url === '/lossy' ? line.origin : url).replace('rk_your_page_key', key));
});
const came = [];  // at the line: the bodies of what was published
const line = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const publishes = request.method === 'POST';
  const answer = await fetch(url + request.url, {method: request.method, headers: publishes ? {Origin: request.headers.origin, 'Content-Type': request.headers['content-type']} : {}, body: publishes ? body : undefined});
  if (publishes && came.push(body) === 1) return request.socket.destroy();
  response.writeHead(answer.status, {Connection: 'close', 'Content-Type': answer.headers.get('Content-Type'), 'Access-Control-Allow-Origin': answer.headers.get('Access-Control-Allow-Origin')});
  response.end(await answer.text());
});
for (const server of [shop, line]) {
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  server.origin = `http://localhost:${server.address().port}`;
}

const key = execFileSync(rapport, ['keys', 'create', 'shop', '--origin', shop.origin, '--field', 'name', '--field', 'email'], {encoding: 'utf8'}).trim();
const id = key.split('_')[1];
const get = (path) => fetch(url + path, {headers: {Authorization: `Bearer ${process.env.RAPPORT_KEY}`}});
const browser = await Browser.start();
const stored = (store, name) => browser.run(`return ${store}.getItem(arguments[0])`, `rapport.${key}.${name}`);

// Of the visitor of the page that is open, once nothing waits to be sent or folded.
let contact;
async function timeline() {
  await until('the fold', async () => (await (await get('/v1/status')).json()).lag.events === 0);
  return (await (await get(`/v1/contacts/${contact}/timeline?order=asc`)).json()).items;
}
const count = async (type) => (await timeline()).filter((event) => event.type === type).length;
const arrives = (type, many) => until(`${many} of ${type}`, async () => (await count(type)) === many);
const sent = () => until('an empty queue', async () => (await stored('sessionStorage', 'queue')) === '[]');

const steps = {
  async 'a visit and its page are on the timeline of a contact'() {
    await browser.open(shop.origin);
    await sent();
    const found = await get(`/v1/identities/page-${id}/${await stored('localStorage', 'visitor')}`);
    contact = (await found.json()).contactId;
    const [visit, page] = await timeline();
    assert.equal(visit.type, 'visit.started');
    assert.equal(visit.data.title, 'Lamps - Shop');
    assert.equal(page.type, 'page.viewed');
    assert.equal(page.data.url, `${shop.origin}/`);
    assert.equal(page.source, `page/${id}`);
  },
  async 'a page within the page, a chat, and who the visitor says to be'() {
    await browser.click('a[href="#desk"]');
    await arrives('page.viewed', 2);
    await browser.type('#chat input', 'Is it dimmable?');
    await browser.click('#chat button');
    await browser.type('#chat input', 'And how much?');
    await browser.click('#chat button');
    await arrives('chat.message', 2);
    assert.equal(await count('chat.started'), 1);
    await browser.type('[name=name]', 'Ada');
    await browser.type('[name=email]', 'ada@x.example');
    await browser.click('#account button');
    await arrives('contact.fields.changed', 1);
    const {fields} = await (await get(`/v1/contacts/${contact}`)).json();
    assert.deepEqual(fields, {claimedId: 'ada@x.example', email: 'ada@x.example', name: 'Ada'});
    await until('the claim', async () => (await (await get(`/v1/identities/said-${id}/ada@x.example`)).json()).contactId === contact);
    assert.deepEqual(await browser.logs('browser'), []);
  },
  async 'the beacon of a page that is left arrives, and what the next page sends again counts once'() {
    await browser.open('about:blank');
    await arrives('visit.ended', 1);
    await browser.open(shop.origin);
    await sent();
    assert.equal(await count('visit.ended'), 1);
    assert.equal(await count('visit.started'), 1);
    assert.equal(await count('page.viewed'), 3);
  },
  async 'a retry folds once'() {
    await browser.open(`${shop.origin}/lossy`);
    await until('the first', () => came.length === 1);
    await until('the second', async () => { await browser.run('dispatchEvent(new Event("online"))'); return came.length > 1; });
    await sent();
    const [first, second] = came.map((body) => JSON.parse(body).events.map((event) => event.id));
    assert.deepEqual(first, second.slice(0, first.length));
    const ids = (await timeline()).map((event) => event.eventId);
    for (const event of first) assert.equal(ids.filter((one) => one === event).length, 1);
    assert.equal(await count('page.viewed'), 4);
  },
  async 'a page of another origin publishes nothing, and is told why'() {
    const elsewhere = shop.origin.replace('localhost', '127.0.0.1');
    await browser.logs('browser');
    await browser.open(elsewhere);
    await until('the reason', async () => (await browser.logs('browser')).some(({message}) => message.includes('rapport')));
    await sent();
    assert.equal((await get(`/v1/identities/page-${id}/${await stored('localStorage', 'visitor')}`)).status, 404);
  },
};

await run_steps(browser, steps, async () => (await browser.logs('browser')).map(({message}) => message).join('\n'));
for (const server of [shop, line]) { server.closeAllConnections(); server.close(); }

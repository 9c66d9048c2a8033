// How fast the console is on a contact of 100,000 events: node budget.mjs URL. Not a test, for a machine that is busy is slow:
//
//   tests/console/console_test.sh build/release/rapport budget.mjs
import {Browser, until} from './browser.mjs';

const [url] = process.argv.slice(2), key = process.env.RAPPORT_KEY;
const EVENTS = 100000, TIMES = 20;
const browser = await Browser.start();

const publish = (lines) => fetch(`${url}/v1/events`, {method: 'POST', headers: {Authorization: `Bearer ${key}`, 'Content-Type': 'application/x-ndjson'}, body: lines.map((line) => JSON.stringify(line)).join('\n')});
const event = (at) => (at % 10 ? {type: 'note.added', data: {text: `note ${at}`}} : {type: 'contact.fields.changed', data: {fields: {step: at}}});
const told = (name, values) => {
  values.sort((a, b) => a - b);
  const of = (share) => values[Math.min(values.length - 1, Math.floor(values.length * share))].toFixed(0);
  console.log(`${name}: p50 ${of(0.5)} ms, p95 ${of(0.95)} ms of ${values.length}`);
};
// How long from `act` until `there` holds, looked at in the page at each frame.
const timed = (act, there) => browser.call('POST', '/execute/async', {args: [], script: `const done = arguments[arguments.length - 1], begun = performance.now();
  (async () => { ${act} })();
  const look = () => ((${there}) ? done(performance.now() - begun) : requestAnimationFrame(look));
  look();`});

try {
  for (let at = 0; at < EVENTS; at += 5000) {
    const lines = Array.from({length: 5000}, (_, i) => ({specversion: '1.0', id: `b-${at + i}`, source: 'budget', subject: 'contact/20', time: new Date(1740000000000 + (at + i) * 60000).toISOString(), ...event(at + i)}));
    const answer = await publish(lines);
    if (!answer.ok) throw new Error(await answer.text());
    await answer.text();
  }
  await until('the fold', async () => (await (await fetch(`${url}/v1/contacts/20`, {headers: {Authorization: `Bearer ${key}`}})).json()).counters?.events >= EVENTS, 120);
  await browser.open(url);
  await browser.type('#key', key);
  await browser.click('.key-form .primary:enabled');
  await browser.find('.contacts tbody tr');
  const rows = [], stops = [], arrivals = [];
  for (let time = 0; time < TIMES; ++time) {
    await browser.run('location.hash = "#/contacts"');
    await browser.find('.contacts tbody tr');
    rows.push(await timed('location.hash = "#/contacts/20"', 'document.querySelector(".event-row")'));
    await browser.find('.lanes rect');
    await browser.find('.field-age span');  // all that is read of a contact is there
  }
  for (let time = 0; time < TIMES; ++time) {
    const x = 30 + time * 40;
    stops.push(await timed(`window.was = document.querySelector('.as-of').textContent; const box = document.querySelector('.track').getBoundingClientRect(), at = {clientX: box.left + ${x}, clientY: box.top + 5, bubbles: true};
      document.querySelector('.track').dispatchEvent(new PointerEvent('pointerdown', at)); dispatchEvent(new PointerEvent('pointerup', at));`, 'document.querySelector(".as-of").textContent !== window.was'));
  }
  await browser.run('document.activeElement.blur()');
  await browser.press('l');
  await browser.find('.live-end.on');
  await browser.run('document.querySelector(".scroller").scrollTop = 0; document.querySelector(".new-pill")?.click()');
  await until('the feed', () => browser.run('return document.querySelector(".pill").dataset.state === "live"'));
  for (let time = 0; time < TIMES; ++time) {
    arrivals.push(await timed(`fetch('/v1/events', {method: 'POST', headers: {Authorization: 'Bearer ${key}', 'Content-Type': 'application/cloudevents+json'}, body: JSON.stringify({specversion: '1.0', id: 'live-${time}', source: 'budget', subject: 'contact/20', type: 'note.added', data: {text: 'arrived ${time}.'}})})`,
      `[...document.querySelectorAll('.what')].some((one) => one.textContent.includes('arrived ${time}.'))`));
  }
  // While the wheel turns, as fast as frames are drawn.
  await browser.run('window.tasks = []; new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({duration}) => duration))).observe({type: "longtask"})');
  const scrolled = await browser.call('POST', '/execute/async', {args: [], script: `const done = arguments[arguments.length - 1], box = document.querySelector('.scroller');
    let frames = 0, most = 0;
    const turn = () => { box.scrollTop += 240; most = Math.max(most, document.querySelectorAll('.stage > *').length); (++frames < 400) ? requestAnimationFrame(turn) : done({most, top: box.scrollTop}); };
    turn();`});
  const tasks = await browser.run('return window.tasks');
  console.log(`scrolling ${scrolled.top} pixels: ${tasks.length} tasks over 50 ms${tasks.length ? `, the longest ${Math.max(...tasks)} ms` : ''}; at most ${scrolled.most} rows in the page`);
  const paints = [];
  await browser.cdp('Emulation.setCPUThrottlingRate', {rate: 4});
  for (let time = 0; time < 10; ++time) {
    await browser.reload();
    paints.push(await until('the paint', () => browser.run('return performance.getEntriesByName("first-contentful-paint")[0]?.startTime')));
  }
  await browser.cdp('Emulation.setCPUThrottlingRate', {rate: 1});
  told('a reload to its first paint, on a processor a quarter as fast', paints);
  told('an address to its first rows', rows);
  told('a stop of the slider to the state of then', stops);
  told('a publish to its row', arrivals);
} finally {
  await browser.stop();
}

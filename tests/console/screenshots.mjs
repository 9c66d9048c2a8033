// The pictures of the console: node screenshots.mjs URL DIRECTORY.
import {writeFileSync} from 'node:fs';
import {Browser, until} from './browser.mjs';

const [url, directory] = process.argv.slice(2);
const browser = await Browser.start();

async function shot(name) {
  await browser.run('document.activeElement?.blur(); document.querySelector(".toasts")?.replaceChildren()');
  await until('the fonts', () => browser.run('return document.fonts.status === "loaded" && document.getAnimations().every((one) => one.playState !== "running" || one.effect.getTiming().iterations === Infinity)'));
  writeFileSync(`${directory}/${name}.png`, await browser.shot());
}
const go = (fragment) => browser.run('location.hash = arguments[0]', fragment);
async function contact() {
  await go('#/contacts/7');
  await browser.find('.event-row');
  await browser.find('.lanes rect');
  await until('the feed', () => browser.run('return document.querySelector(".pill").dataset.state === "live"'));
}
async function theme(name) {
  if (await browser.run('return document.documentElement.dataset.theme') !== name) await browser.click('.theme');
}
// Into the past, to the event of that text.
async function past(text) {
  for (let at = 0; at < 40; ++at) {
    const banner = await browser.text('.as-of:not([hidden])');
    if (banner.includes(text)) return;
    await browser.press('[');
    await until('the next stop', async () => (await browser.text('.as-of:not([hidden])')) !== banner);
  }
}

// Company for the contact of the story: who else was there in the last days, the same at each run.
const PEOPLE = ['Amara Nwosu', 'Jürgen Weiß', 'Lucía Fernández', 'Kofi Mensah', 'Hana Sato', 'Ivo Horvat', 'Priya Raman', 'Oskar Lindqvist', 'Chloé Dubois', 'Mina Haddad', 'Tomás Silva', 'Noor de Vries', 'Farah Aziz', 'Sven Eriksen', 'Rosa Alvarez', 'Dmitri Orlov', 'Elif Kaya', 'Quinn O’Brien'];
const TAGS = ['trial', 'newsletter', 'wholesale', 'returns', 'vip', 'partner', 'press', 'onboarding', 'enterprise', 'follow-up'];
const PAGES = ['lamps', 'lamps/arc', 'tables/oak', 'delivery', 'basket', 'account/orders'];
async function publish_company() {
  let number = 0;
  const lines = PEOPLE.flatMap((name, at) => {
    const seen = Date.now() - (at * at * 47 + 3) * 60000;
    const say = (type, before, data) => JSON.stringify({specversion: '1.0', id: `p-${++number}`, source: type.startsWith('contact') ? 'crm' : `channel/${type.startsWith('chat') ? 'chat' : 'web'}`, type, subject: `identity/${['web', 'chat', 'whatsapp', 'web', 'email'][at % 5]}:p${at}`, time: new Date(seen - before * 60000).toISOString(), data});
    const email = `${name.split(' ')[0].normalize('NFD').replace(/[^A-Za-z]/g, '').toLowerCase()}@${['shop', 'studio', 'mail'][at % 3]}.example`;
    return [say('contact.created', 9000, {fields: {name, email, city: ['Oslo', 'Lagos', 'Lyon', 'Porto'][at % 4]}, tags: [TAGS[at % 10], ...(at % 3 ? [] : [TAGS[(at * 7 + 3) % 10]])]}),
      ...Array.from({length: 1 + (at * 5) % 7}, (_, visit) => say('visit.started', visit * 1300, {visitId: `w${at}-${visit}`, url: `https://shop.example/${PAGES[(at + visit) % 6]}`})),
      ...Array.from({length: (at * 3) % 4}, (_, chat) => say('chat.started', 40 + chat * 2900, {caseId: `k${at}-${chat}`, title: 'Where is my order?', channel: 'chat'}))];
  });
  const answer = await fetch(`${url}/v1/events`, {method: 'POST', headers: {Authorization: `Bearer ${process.env.RAPPORT_KEY}`, 'Content-Type': 'application/x-ndjson'}, body: lines.join('\n')});
  const {totals} = await answer.json();
  if (totals.accepted !== lines.length) throw new Error(`of ${lines.length} events ${JSON.stringify(totals)}`);
}

try {
  await publish_company();
  await browser.size(1360, 860);
  await browser.open(url);
  await browser.type('#key', process.env.RAPPORT_KEY);
  await browser.click('.key-form .primary:enabled');
  await browser.find('.contacts tbody tr');
  await theme('light');
  await shot('contacts');
  await contact();
  await shot('contact');
  await past('tag vip added');
  await browser.click('[data-path="fields.email"]');
  await browser.find('.blame li');
  await shot('past');
  await browser.click('[data-path="fields.email"]');
  await browser.press('d');
  await browser.find('.changes-body .diff');
  await shot('compare');
  await browser.press('d');
  await browser.press('l');
  await browser.click('[data-path="fields.plan"]');
  await browser.click('.row-actions .change');
  await browser.find('dialog input');
  await browser.run('document.querySelector("dialog input:not([type])").value = ""');
  await browser.type('dialog input:not([type])', 'enterprise');
  await browser.has('.preview', 'pro → enterprise');
  await shot('change');
  await browser.run('document.querySelector("dialog").close()');
  await browser.click('.contact-head .erase');
  await browser.find('.erase .figures');
  await shot('erase');
  await browser.run('document.querySelector("dialog").close()');
  await go('#/contacts');
  await theme('dark');
  await contact();
  await shot('contact-dark');
  await go('#/merge/9/7');
  await browser.find('td.result');
  await theme('light');
  await shot('merge');
  await browser.size(390, 800);
  await contact();
  await shot('phone');
} finally {
  await browser.stop();
}

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

try {
  await browser.size(1360, 860);
  await browser.open(url);
  await browser.type('#key', process.env.RAPPORT_KEY);
  await browser.click('.key-form .primary');
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

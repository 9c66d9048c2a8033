// A real Chromium, driven over WebDriver: the few commands that the test and the screenshots take, on node's own fetch.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

// Waits until `look` gives something, or until the deadline: then says what was waited for.
export async function until(what, look, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) { last = error; }
    await new Promise((done) => { setTimeout(done, 40); });
  }
  throw new Error(`timed out waiting for ${what}${last ? `: ${last.message}` : ''}`);
}

export class Browser {
  static async start({width = 1440, height = 900, dark = false} = {}) {
    const driver = spawn('chromedriver', ['--port=0'], {stdio: ['ignore', 'pipe', 'ignore']});
    const port = await new Promise((done, fail) => {
      let text = '';
      driver.stdout.on('data', (chunk) => { text += chunk; const found = /successfully on port (\d+)/.exec(text); if (found) done(found[1]); });
      driver.on('error', fail);
      driver.on('exit', () => fail(new Error('chromedriver ended')));
    });
    const browser = new Browser();
    browser.driver = driver;
    browser.base = `http://127.0.0.1:${port}`;
    const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--disable-background-networking', `--window-size=${width},${height}`, ...(dark ? ['--force-dark-mode', '--blink-settings=preferredColorScheme=0'] : [])];
    const {sessionId} = await browser.call('POST', '/session', {capabilities: {alwaysMatch: {browserName: 'chrome', 'goog:chromeOptions': {args}, 'goog:loggingPrefs': {browser: 'ALL', performance: 'ALL'}}}});
    browser.base += `/session/${sessionId}`;
    return browser;
  }

  async call(method, path, body) {
    const response = await fetch(this.base + path, {method, body: body === undefined ? undefined : JSON.stringify(body)});
    const {value} = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${value.message}`);
    return value;
  }

  open(url) { return this.call('POST', '/url', {url}); }
  reload() { return this.call('POST', '/refresh', {}); }
  run(script, ...args) { return this.call('POST', '/execute/sync', {script, args}); }
  logs(type) { return this.call('POST', '/se/log', {type}); }
  cdp(cmd, params) { return this.call('POST', '/goog/cdp/execute', {cmd, params}); }
  async size(width, height) { await this.cdp('Emulation.setDeviceMetricsOverride', {width, height, deviceScaleFactor: 1, mobile: false}); }
  async shot() { return Buffer.from(await this.call('GET', '/screenshot'), 'base64'); }
  text(selector) { return this.run('return document.querySelector(arguments[0])?.textContent ?? ""', selector); }
  find(selector) { return until(selector, () => this.call('POST', '/element', {using: 'css selector', value: selector}).then((found) => found[ELEMENT])); }
  // What is drawn anew between the finding and the doing is found again.
  async on(selector, act) {
    await until(selector, async () => {
      try {
        return [await act(await this.find(selector))];
      } catch (error) {
        if (/stale element/.test(error.message)) return null;
        throw error;
      }
    });
  }
  click(selector) { return this.on(selector, (element) => this.call('POST', `/element/${element}/click`, {})); }
  type(selector, text) { return this.on(selector, (element) => this.call('POST', `/element/${element}/value`, {text})); }
  async has(selector, text) {
    return until(`"${text}" in ${selector}`, () => this.run('return [...document.querySelectorAll(arguments[0])].some((e) => e.textContent.includes(arguments[1]))', selector, text));
  }
  async press(key) { await this.call('POST', '/actions', {actions: [{type: 'key', id: 'k', actions: [{type: 'keyDown', value: key}, {type: 'keyUp', value: key}]}]}); }

  async stop() {
    await this.call('DELETE', '').catch(() => undefined);
    this.driver.kill();
  }
}

// Publishes events of contact 7, where they name no other.
export const publisher = (url, key) => async (event) => {
  const response = await fetch(`${url}/v1/events`, {method: 'POST', headers: {Authorization: `Bearer ${key}`, 'Content-Type': 'application/cloudevents+json'},
    body: JSON.stringify({specversion: '1.0', source: 'test', subject: 'contact/7', ...event})});
  assert.equal(response.status, 200, await response.text());
};

const shown = (browser) => browser.run('return location.hash + "\\n" + document.body.innerText');

// Each step in turn, said before it is done; the first that fails ends it, with what `told` then says.
export async function run_steps(browser, steps, told = shown) {
  let name = '';
  try {
    for (name of Object.keys(steps)) {
      console.log(name);
      await steps[name]();
    }
  } catch (error) {
    console.error(`FAILED: ${name}: ${error.message}`);
    console.error(await told(browser).catch(() => ''));
    process.exitCode = 1;
  } finally {
    await browser.stop();
  }
}

// How the engine is: ten minutes of lag, rate and latency, as this page saw them, and where each partition stands.
import {get} from './api.js';
import {chart} from './chart.js';
import {load} from './dialog.js';
import {h, show, table} from './element.js';
import {count} from './format.js';

const WINDOW_MS = 10 * 60 * 1000, POLL_MS = 2000;
const seen = [];  // {time, events, lag, latency}: kept as long as the tab, whichever page it shows

let asking = null;

async function sample() {
  const begun = performance.now();
  const status = await get('/v1/status');
  const now = Date.now();
  // Of one millisecond there is no rate.
  if (seen.at(-1)?.time !== now) seen.push({time: now, events: Object.values(status.events).reduce((a, b) => a + b, 0), lag: status.lag.events, latency: performance.now() - begun});
  while (seen[0].time < now - WINDOW_MS) seen.shift();
  return status;
}
// One at a time: the page's and the bar's may be due at once.
export const sample_status = () => asking ??= sample().finally(() => { asking = null; });

export class StatusPage {
  constructor() { this.element = h('div.page', {}, h('header.page-head', {}, h('h1', {}, 'Status')), this.body = h('div')); }
  mount() { load(this.body, () => this.read()); this.timer = setInterval(() => { if (!document.hidden && !this.body.querySelector('details[open]')) this.read().then((content) => show(this.body, content)).catch(() => undefined); }, POLL_MS); }
  unmount() { clearInterval(this.timer); }

  async read() {
    const status = await sample_status();
    const rates = seen.slice(1).map((point, at) => [point.time, Math.max(0, (point.events - seen[at].events) / ((point.time - seen[at].time) / 1000))]);
    const figure = (value, name) => h('div', {}, h('b', {}, value), h('span', {}, name));
    return [status.warnings.map((warning) => h('p.warning', {role: 'alert'}, warning)),
      h('div.card.figures', {}, figure(count(status.contacts), 'contacts'), figure(count(status.events.accepted), 'events accepted'), figure(count(status.events.repeated), 'repeated'), figure(count(status.events.refused), 'refused'), figure(count(status.events.parked), 'parked'), figure(`${status.lag.seconds.toFixed(1)} s`, 'lag')),
      h('div.charts', {}, chart('Lag', seen.map(({time, lag}) => [time, lag]), 'events', WINDOW_MS), chart('Rate', rates, 'events/s', WINDOW_MS), chart('Latency of this page', seen.map(({time, latency}) => [time, latency]), 'ms', WINDOW_MS)),
      h('div.card.table-card', {}, table('table', ['Partition', 'Position', 'End', 'Lag', 'State'],
        status.partitions.map((row) => h('tr', {}, h('th', {scope: 'row'}, String(row.partition)), h('td', {}, count(row.position)), h('td', {}, count(row.end)), h('td', {}, count(row.lag)), h('td', {}, row.error ?? 'well'))))),
      h('dl.digests', {}, h('dt', {}, 'Version'), h('dd', {}, `${status.version}, ${status.log} log, generation ${status.generation}`), h('dt', {}, 'Digest'), h('dd.mono', {}, status.digest), h('dt', {}, 'Position'), h('dd.mono', {}, status.position))];
  }
}

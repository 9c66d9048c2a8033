// A line over the last ten minutes, with its figures as a table for who does not see it.
import {h, svg} from './element.js';
import {clock, count} from './format.js';

const WIDTH = 320, HEIGHT = 72;

// points: [time ms, value]
export function chart(title, points, unit, window_ms) {
  const now = points.length ? points[points.length - 1][0] : 0;
  const most = Math.max(1, ...points.map(([, value]) => value));
  const x = (time) => WIDTH - ((now - time) / window_ms) * WIDTH, y = (value) => HEIGHT - 4 - (value / most) * (HEIGHT - 12);
  const line = points.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const last = points.length ? points[points.length - 1][1] : 0;
  return h('figure.card.chart', {}, h('figcaption', {}, h('span', {}, title), h('b', {}, `${count(Math.round(last * 100) / 100)} ${unit}`)),
    svg('svg', {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}: now ${last} ${unit}, at most ${most}`},
      svg('line.base', {x1: 0, x2: WIDTH, y1: HEIGHT - 4, y2: HEIGHT - 4}), points.length > 1 && [svg('polygon.area', {points: `${x(points[0][0])},${HEIGHT - 4} ${line} ${WIDTH},${HEIGHT - 4}`}), svg('polyline.curve', {points: line})]),
    h('details', {}, h('summary', {}, 'Figures'), h('table', {}, h('tbody', {}, points.slice(-12).map(([time, value]) => h('tr', {}, h('th', {scope: 'row'}, clock(time, true)), h('td', {}, count(Math.round(value * 100) / 100))))))));
}

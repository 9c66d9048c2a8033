// The slider over a contact's history: a lane for each kind of event, drawn from a histogram, and a thumb that stands at
// one event, or at "Live"; a second thumb, where two moments are compared. By event every event has the same width; by time long gaps fold ("41 d").
import {h, show, svg} from './element.js';
import {exact, moment, plural, span} from './format.js';
import {prefer, preferences} from './preferences.js';

const LANES = ['visits', 'chats', 'edits', 'notes', 'other', 'refused'];
const LANE_PX = 16, WIDTH = 1000, GAP_MIN = 0.12;

export class Slider {
  // on_seek(time, which): the moment that was dragged to; on_live(which); on_step(by, which). `which`: 'main' or 'other', a thumb's name.
  constructor(place, {on_seek, on_live, on_step}) {
    Object.assign(this, {on_seek, on_live, on_step, activity: null});
    this.lanes = h('div.lanes');
    const thumb = (which, label) => h(`div.thumb.${which}`, {role: 'slider', tabindex: 0, 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100, hidden: which === 'other', onkeydown: (event) => this.key(event, which)});
    this.thumbs = {main: thumb('main', 'As of'), other: thumb('other', 'Compared with')};
    this.places = {main: [null], other: [null]};  // [event, what is said of it]
    this.track = h('div.track', {onpointerdown: (event) => this.drag(event)}, this.lanes, this.thumbs.other, this.thumbs.main);
    this.axis = h('button.quiet', {onclick: () => { prefer('axis', preferences.axis === 'event' ? 'time' : 'event'); this.draw(); }});
    this.live = h('button.live-end', {onclick: () => on_live('main')}, 'Live');
    this.names = h('div.lane-names', {'aria-hidden': 'true'});
    this.ends = h('div.ends.faint');
    show(place, h('div.slider', {}, this.names, this.track, this.live), h('div.slider-foot', {}, h('span'), this.ends, this.axis));
  }

  set(activity, total) {
    this.activity = activity;
    this.total = total;
    this.draw();
  }

  // Segments of the axis: [left, width] of each bucket.
  layout() {
    const {items, bucketSeconds} = this.activity;
    const total = (item) => LANES.reduce((sum, lane) => sum + item.counts[lane], 0);
    this.folds = [];
    let widths;
    if (preferences.axis === 'event') {
      widths = items.map(total);
    } else {
      const starts = items.map((item) => Date.parse(item.start) / 1000);
      const whole = Math.max(bucketSeconds, starts[starts.length - 1] - starts[0]);
      widths = [];
      starts.forEach((start, index) => {
        const gap = index ? start - starts[index - 1] - bucketSeconds : 0;
        const folded = gap > whole * GAP_MIN;
        if (folded) this.folds.push([index, span(gap)]);
        widths.push(bucketSeconds);
        if (gap > 0) widths[index - 1] += folded ? whole * 0.03 : gap;
      });
    }
    const sum = widths.reduce((a, b) => a + b, 0) || 1;
    let left = 0;
    this.segments = items.map((item, index) => {
      const width = (widths[index] / sum) * WIDTH;
      const segment = {left, width, start: Date.parse(item.start), item, single: total(item) === 1};
      left += width;
      return segment;
    });
  }

  draw() {
    if (!this.activity?.items.length) return;
    this.layout();
    const lanes = LANES.filter((lane) => this.activity.items.some((item) => item.counts[lane]));
    const most = Object.fromEntries(lanes.map((lane) => [lane, Math.max(...this.segments.map(({item, width}) => item.counts[lane] / Math.max(width, 1)))]));
    const picture = svg('svg', {viewBox: `0 0 ${WIDTH} ${lanes.length * LANE_PX}`, preserveAspectRatio: 'none', 'aria-hidden': 'true'});
    for (const [row, lane] of lanes.entries()) {
      for (const {left, width, item} of this.segments) {
        if (!item.counts[lane]) continue;
        const w = preferences.axis === 'event' ? Math.max(1.6, Math.min(width - 1, 9)) : Math.max(2.4, Math.min(width, 6));
        const x = preferences.axis === 'event' ? left + (width - w) / 2 : left;
        const share = 0.4 + 0.6 * (item.counts[lane] / Math.max(width, 1)) / most[lane];
        const tall = (LANE_PX - 5) * share;
        picture.append(svg(`rect.${lane}`, {x, y: row * LANE_PX + (LANE_PX - tall) / 2, width: w, height: tall, rx: 2}));
      }
    }
    for (const [index] of this.folds) {
      const x = this.segments[index].left - WIDTH * 0.01;
      picture.append(svg('line.fold', {x1: x, x2: x, y1: 0, y2: lanes.length * LANE_PX}));
    }
    this.lanes.style.height = `${lanes.length * LANE_PX}px`;
    this.track.style.setProperty('--lanes', this.lanes.style.height);
    show(this.lanes, picture, this.folds.map(([index, text]) => {
      const label = h('span.fold-name', {}, text);
      label.style.left = `${(this.segments[index].left / WIDTH) * 100 - 1}%`;
      return label;
    }));
    show(this.names, lanes.map((lane) => h(`span.${lane}`, {}, lane)));
    const first = this.activity.items[0].start;
    show(this.ends, `${moment(first)} — now · ${plural(this.total, 'event')}`);
    show(this.axis, preferences.axis === 'event' ? 'Axis: by event' : 'Axis: by time');
    this.axis.title = 'Each event one step, or true time with long gaps folded';
    for (const [which, place] of Object.entries(this.places)) this.place(...place, which);
  }

  // How many events stand behind that moment, of one lane or of all; about, for a bucket counts as a whole. 0 before it is drawn.
  events_after(time, only) {
    const at = Date.parse(time);
    return (this.segments ?? []).reduce((sum, {start, item}) => (start > at ? sum + (only ? item.counts[only] : LANES.reduce((all, lane) => all + item.counts[lane], 0)) : sum), 0);
  }

  x_of(event) {
    const time = Date.parse(event.time);
    let at = this.segments.findIndex(({start}) => start > time) - 1;
    if (at < 0) at = this.segments[0].start > time ? 0 : this.segments.length - 1;
    const {left, width, start, single} = this.segments[at];
    if (single) return (left + (preferences.axis === 'event' ? width / 2 : 0)) / WIDTH;
    const within = Math.min(1, Math.max(0, (time - start) / (this.activity.bucketSeconds * 1000)));
    return (left + width * within) / WIDTH;
  }
  time_of(x) {
    const place = x * WIDTH;
    const segment = this.segments.find(({left, width}) => place < left + width) ?? this.segments[this.segments.length - 1];
    return segment.start + Math.min(1, segment.single ? 1 : (place - segment.left) / segment.width) * this.activity.bucketSeconds * 1000;
  }

  // Where a thumb stands: an event, or null for live.
  place(event, text, which = 'main') {
    this.places[which] = [event, text];
    if (!this.segments) return;
    const thumb = this.thumbs[which];
    thumb.style.left = `${event ? this.x_of(event) * 100 : 100}%`;
    thumb.classList.toggle('past', Boolean(event));
    if (which === 'main') this.live.classList.toggle('on', !event);
    thumb.setAttribute('aria-valuenow', event ? Math.round(this.x_of(event) * 100) : 100);
    thumb.setAttribute('aria-valuetext', text ?? (event ? exact(event.time) : which === 'main' ? 'Live' : 'Now'));
  }
  show_other(shown) { this.thumbs.other.hidden = !shown; }

  drag(event) {
    if (!this.segments) return;
    event.preventDefault();
    const which = event.target.closest?.('.thumb.other') ? 'other' : 'main';
    this.thumbs[which].focus();
    const box = this.track.getBoundingClientRect();
    const move = ({clientX}) => {
      const x = (clientX - box.left) / box.width;
      if (x >= 0.995) this.on_live(which);
      else this.on_seek(new Date(this.time_of(Math.max(0, x))).toISOString(), which);
    };
    move(event);
    const end = () => { removeEventListener('pointermove', move); removeEventListener('pointerup', end); };
    addEventListener('pointermove', move);
    addEventListener('pointerup', end);
  }

  key(event, which) {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowDown') this.on_step(-1, which);
    else if (event.key === 'ArrowRight' || event.key === 'ArrowUp') this.on_step(1, which);
    else if (event.key === 'End') this.on_live(which);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

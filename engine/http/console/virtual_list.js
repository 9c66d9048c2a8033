// A long list of which the page holds what is seen and a little more: at most 80 rows, however long the list is.
// Rows are {key, height, draw()}; a row whose true height is another is measured once it is there.
import {h} from './element.js';

const ROWS_MAX = 80, SPARE_PX = 360;

export class VirtualList {
  constructor(scroller, {on_end} = {}) {
    this.scroller = scroller;
    this.stage = h('div.stage');
    this.rows = [];
    this.tops = [0];
    this.drawn = new Map();
    this.on_end = on_end;
    scroller.append(this.stage);
    scroller.addEventListener('scroll', () => this.soon(), {passive: true});
    this.watch = new ResizeObserver(() => this.soon());
    this.watch.observe(scroller);
  }

  // `keep`: what is seen stays where it is, though rows came in above it.
  set(rows, {keep = false} = {}) {
    const anchor = keep ? this.rows[this.index_at(this.scroller.scrollTop)] : null;
    const offset = anchor ? this.scroller.scrollTop - this.tops[this.rows.indexOf(anchor)] : 0;
    this.rows = rows;
    for (const element of this.drawn.values()) element.remove();
    this.drawn.clear();
    this.measure();
    if (anchor) {
      const at = rows.findIndex((row) => row.key === anchor.key);
      if (at >= 0) this.scroller.scrollTop = this.tops[at] + offset;
    }
    this.draw();
  }

  // What is seen, drawn anew where it stands.
  redraw() {
    for (const element of this.drawn.values()) element.remove();
    this.drawn.clear();
    this.draw();
  }

  measure() {
    this.tops = [0];
    for (const row of this.rows) this.tops.push(this.tops[this.tops.length - 1] + row.height);
    this.stage.style.height = `${this.tops[this.rows.length]}px`;
  }

  index_at(y) {
    let low = 0, high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1] <= y) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  soon() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
  }

  draw() {
    const top = this.scroller.scrollTop, height = this.scroller.clientHeight || innerHeight;
    const first = this.index_at(top - SPARE_PX);
    const last = Math.min(this.rows.length, first + ROWS_MAX, this.index_at(top + height + SPARE_PX) + 1);
    const wanted = new Set(this.rows.slice(first, last));
    for (const [row, element] of this.drawn) if (!wanted.has(row)) { element.remove(); this.drawn.delete(row); }
    let moved = false;
    for (let index = first; index < last; ++index) {
      const row = this.rows[index];
      let element = this.drawn.get(row);
      if (!element) {
        element = row.draw();
        element.classList.add('placed');
        this.drawn.set(row, element);
        this.stage.append(element);
        if (row.measured) {
          const real = element.offsetHeight;
          if (real && Math.abs(real - row.height) > 1) { row.height = real; moved = true; }
        }
      }
    }
    if (moved) this.measure();
    for (const [row, element] of this.drawn) element.style.top = `${this.tops[this.rows.indexOf(row, first)]}px`;
    if (last === this.rows.length) this.on_end?.();
  }

  scroll_to(key) {
    const at = this.rows.findIndex((row) => row.key === key);
    if (at < 0) return false;
    const top = this.tops[at], height = this.scroller.clientHeight;
    if (top < this.scroller.scrollTop || top > this.scroller.scrollTop + height - 60) {
      this.scroller.scrollTop = Math.max(0, top - height / 3);
    }
    this.draw();
    return true;
  }
}

// The events of a contact, newest first, a page at a time; of a merge those of all its members, woven by time.
import {get, query} from './api.js';

export const PAGE = 200;
const newer_first = (a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : offset(b) - offset(a));
const offset = (event) => Number(event.position.split('-').pop());

export class History {
  constructor(ids, filter = {}) {
    this.filter = filter;
    this.streams = ids.map((id) => ({id, cursor: undefined, waiting: []}));
    this.items = [];
    this.known = new Set();
    this.reading = null;
  }

  get whole() { return this.streams.every(({cursor, waiting}) => cursor === null && !waiting.length); }

  // Reads on, and says whether something came.
  more() {
    if (this.whole) return Promise.resolve(false);
    this.reading ??= this.read().finally(() => { this.reading = null; });
    return this.reading;
  }

  async read() {
    await Promise.all(this.streams.map(async (stream) => {
      if (stream.cursor === null || stream.waiting.length >= PAGE) return;
      const page = await get(`/v1/contacts/${stream.id}/timeline${query({...this.filter, limit: PAGE, cursor: stream.cursor})}`);
      stream.waiting.push(...page.items);
      stream.cursor = page.next;
    }));
    // Only down to where every stream is known: what another has next may be newer.
    const bounds = this.streams.filter(({cursor}) => cursor !== null).map(({waiting}) => waiting[waiting.length - 1]);
    const floor = bounds.filter(Boolean).sort(newer_first)[0];
    const ready = [];
    for (const stream of this.streams) {
      const keep = floor ? stream.waiting.findIndex((event) => newer_first(floor, event) < 0) : -1;
      ready.push(...stream.waiting.splice(0, keep < 0 ? stream.waiting.length : keep));
    }
    for (const event of ready.sort(newer_first)) {
      if (this.is_new(event)) this.items.push(event);
    }
    return ready.length > 0;
  }

  // Says it once of each.
  is_new({position}) {
    if (this.known.has(position)) return false;
    this.known.add(position);
    return true;
  }

  // What the feed brings: usually the newest, a late one finds its place.
  insert(event) {
    if (!this.is_new(event)) return false;
    const at = this.items.findIndex((other) => newer_first(event, other) <= 0);
    this.items.splice(at < 0 ? this.items.length : at, 0, event);
    return true;
  }
}

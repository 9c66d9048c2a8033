// Who did something, by name: an actor is a key's id, and a key has a name. Whoever may not list keys sees ids.
import {get} from './api.js';

const names = new Map();
let reading = null;

// Once in a page's life; then `done`, if any name is known.
export function know_actors(done) {
  reading ??= get('/v1/keys').then(({items}) => { for (const {id, name} of items) names.set(id, name || id); }, () => undefined);
  reading.then(() => { if (names.size) done(); });
}
export const actor_name = (id) => names.get(id) ?? id;

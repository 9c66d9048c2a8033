// What can be taken along: a link, a command, JSON. The key is never in it: $RAPPORT_KEY stands for it.
import {curl} from './api.js';
import {menu, note} from './dialog.js';

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    note(`${what} copied`);
  } catch {
    note('The browser lets no page copy here', true);
  }
}

export const link = (fragment) => `${location.origin}/${fragment}`;

export function contact_menu(anchor, contact, as_of) {
  const path = `/v1/contacts/${contact.id}${as_of ? `?as_of=${encodeURIComponent(as_of)}` : ''}`;
  menu(anchor, [
    ['Copy link', () => copy(link(`#/contacts/${contact.id}`), 'Link')],
    ['Copy curl', () => copy(curl('GET', path), 'curl')],
    ['Copy CLI command', () => copy(`rapport contact get ${contact.id}${as_of ? ` --as-of ${as_of}` : ''}`, 'Command')],
    ['Copy JSON', () => copy(JSON.stringify(contact, null, 2), 'JSON')],
  ]);
}

export function event_menu(anchor, event) {
  menu(anchor, [
    ['Copy event link', () => copy(link(`#/contacts/${event.contact}?at=${event.position}`), 'Link')],
    ['Copy curl', () => copy(curl('GET', `/v1/contacts/${event.contact}?as_of=${event.position}`), 'curl')],
    ['Copy CLI command', () => copy(`rapport contact get ${event.contact} --as-of ${event.position}`, 'Command')],
    ['Copy JSON', () => copy(JSON.stringify(event, null, 2), 'JSON')],
  ]);
}

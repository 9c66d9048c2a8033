// Keys of the keyboard, and the page that lists them.
import {dialog} from './dialog.js';
import {h} from './element.js';
import {prefer, preferences} from './preferences.js';

const KEYS = [['/', 'search'], ['?', 'this list'], ['j k', 'next and previous row'], ['Enter', 'detail of a row'], ['[ ]', 'previous and next change of state'], ['← →', 'one event back, one on'], ['l', 'back to live'], ['p', 'pause'], ['b', 'state, for blame'], ['d', 'compare two moments: a second thumb'],
              ['f', 'filter'], ['y', 'copy'], ['c', 'copy as curl'], ['Esc', 'close']];

export function shortcut_help() {
  dialog('Keyboard', [h('dl.keys', {}, KEYS.map(([key, text]) => [h('dt', {}, key.split(' ').map((one) => h('kbd', {}, one))), h('dd', {}, text)])),
    h('label.check', {}, h('input', {type: 'checkbox', checked: preferences.shortcuts, onchange: (event) => prefer('shortcuts', event.target.checked)}), 'single keys are on')]);
}

export function listen_for_keys(page, search) {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open], .menu')) return;
    const typing = event.target.closest?.('input, textarea, select');
    if (typing) { if (event.key === 'Escape') event.target.blur(); return; }
    if (!preferences.shortcuts && event.key.length === 1) return;
    if (event.key === '/') search().focus();
    else if (event.key === '?') shortcut_help();
    else if (!page()?.key?.(event.key)) return;
    event.preventDefault();
  });
}

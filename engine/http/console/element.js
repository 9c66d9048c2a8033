// Elements from names, properties and children. Text is only ever text: nothing here reads markup.
//
//   h('button.primary', {onclick: save, disabled: true}, 'Save')

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name === 'value' || name === 'checked') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) element.append(child);
  }
  return element;
}

function named(make, name, properties, children) {
  const [tag, ...classes] = name.split('.');
  const element = make(tag);
  if (classes.length) element.setAttribute('class', classes.join(' '));
  return fill(element, properties, children);
}

export const h = (name, properties, ...children) => named((tag) => document.createElement(tag), name, properties, children);
export const svg = (name, properties, ...children) =>
  named((tag) => document.createElementNS(SVG, tag), name, properties, children);

export function show(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return parent;
}

// rows: elements tr
export const table = (name, headings, rows) => h(name, {},
  h('thead', {}, h('tr', {}, headings.map((text) => (text ? h('th', {scope: 'col'}, text) : h('td'))))), h('tbody', {}, rows));

// Pictures of 16 by 16, drawn as lines.
const PATHS = {
  visits: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M2 8h12M8 2c4 4 4 8 0 12M8 2c-4 4-4 8 0 12',
  chats: 'M2.5 3.5h11v7.5h-6L4.500 13.500v-2.500h-2z',
  edits: 'M3 13l.7-3L10.500 3.200l2.300 2.300L6 12.300zM9.200 4.500l2.300 2.300',
  notes: 'M4 2.500h8v11H4zM6 5.500h4M6 8h4M6 10.500h2',
  other: 'M8 3v10M3.700 5.500l8.600 5M12.300 5.500l-8.600 5',
  refused: 'M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11M4.200 4.200l7.600 7.600',
  merge: 'M4 2.500v3c0 3 4 2 4 5v3M12 2.500v3c0 3-4 2-4 5',
  lock: 'M4 7.500h8v6H4zM5.500 7.500v-2a2.500 2.500 0 0 1 5 0v2',
  unlock: 'M4 7.500h8v6H4zM5.500 7.500v-2a2.500 2.500 0 0 1 4.800-1',
  copy: 'M5.500 5.500h8v8h-8zM3.500 10.500h-1v-8h8v1',
  close: 'M4 4l8 8M12 4l-8 8',
  down: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  diff: 'M5 3v7M2.500 5.500L5 3l2.500 2.500M11 13V6M8.500 10.500L11 13l2.500-2.500',
};
export const icon = (name, label) =>
  svg('svg.icon', {viewBox: '0 0 16 16', 'aria-hidden': label ? undefined : 'true', role: label ? 'img' : undefined,
                   'aria-label': label}, svg('path', {d: PATHS[name]}));

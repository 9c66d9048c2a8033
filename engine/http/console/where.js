// The builder of where clauses: each a chip, that a click opens again.
import {h, show} from './element.js';
import {dialog} from './dialog.js';

const COLUMNS = ['name', 'email', 'phone', 'tags', 'channels', 'status', 'companyId', 'firstSeen', 'lastSeen', 'dateCreated', 'dateUpdated', 'counters.events', 'counters.visits', 'counters.chats', 'counters.openCases', 'fields.'];
const OPERATORS = [['eq', 'is'], ['ne', 'is not'], ['gt', 'above'], ['gte', 'at least'], ['lt', 'below'], ['lte', 'at most'], ['in', 'one of'], ['notin', 'none of'], ['between', 'between'], ['starts', 'begins with'], ['ends', 'ends with'],
                   ['cont', 'contains'], ['excl', 'does not contain'], ['isnull', 'is empty'], ['notnull', 'is there']];
const name_of = new Map(OPERATORS);

export function where_text(clause) {
  const [column, operator, ...rest] = clause.split('|');
  return `${column} ${name_of.get(operator) ?? operator} ${rest.join('|')}`.trim();
}

function edit(clause, done) {
  const [column = '', operator = 'eq', ...rest] = clause.split('|');
  const inputs = {column: h('input', {list: 'columns', value: column, 'aria-label': 'Column', required: true, placeholder: 'column, or fields.…', autofocus: true}),
    operator: h('select', {'aria-label': 'Operator'}, OPERATORS.map(([value, text]) => h('option', {value, selected: value === operator}, text))),
    value: h('input', {value: rest.join('|'), 'aria-label': 'Value', placeholder: 'value'})};
  const box = dialog('Filter', h('form', {onsubmit: (event) => { event.preventDefault(); box.close(); done([inputs.column.value.trim(), inputs.operator.value, inputs.value.value].filter((part, at) => at < 2 || part).join('|')); }},
    h('datalist', {id: 'columns'}, COLUMNS.map((value) => h('option', {value}))), h('div.row', {}, inputs.column, inputs.operator, inputs.value), h('div.actions', {}, h('button.primary', {}, 'Apply'))));
}

export function where_chips(place, clauses, changed) {
  show(place, clauses.map((clause, at) => h('span.chip.where', {}, h('button', {onclick: () => edit(clause, (next) => changed(clauses.with(at, next)))}, where_text(clause)),
      h('button', {'aria-label': `Remove ${where_text(clause)}`, onclick: () => changed(clauses.toSpliced(at, 1))}, '×'))),
    h('button.chip.add', {'data-key': 'f', onclick: () => edit('', (next) => changed([...clauses, next]))}, '+ Filter'));
}

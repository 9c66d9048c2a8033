// An event in one line: its lane, and what it says.
import {apart, path_name, short, value_text} from './format.js';

const said = (text, most) => apart(short(String(text), most));
const same = ({old, new: now}) => JSON.stringify(old) === JSON.stringify(now);

export function lane_of(event) {
  if (event.outcome === 'refused') return 'refused';
  const type = event.type;
  if (type.startsWith('visit.') || type === 'page.viewed') return 'visits';
  if (type.startsWith('chat.') || type.startsWith('case.')) return 'chats';
  if (type === 'note.added') return 'notes';
  if (type.startsWith('contact.') || type.startsWith('identity.')) return 'edits';
  return 'other';
}

export function page_of(url) {
  try {
    const parsed = new URL(url, location.origin);
    return parsed.pathname + (parsed.search ? '?…' : '');
  } catch {
    return String(url);
  }
}

export function change_text({path, old, new: now, masked}) {
  if (path.startsWith('tags.')) return now ? `tag ${path.slice(5)} added` : `tag ${path.slice(5)} removed`;
  if (masked) return `${path_name(path)} changed`;
  if (now === null) return `${path_name(path)} removed`;
  if (old === null) return `${path_name(path)} ${said(value_text(now), 48)}`;
  return same({old, new: now}) ? `${path_name(path)} ${said(value_text(now), 48)} again` : `${path_name(path)} ${said(value_text(old), 32)} → ${said(value_text(now), 32)}`;
}

export function summary(event) {
  const data = event.data ?? {};
  switch (event.type) {
    case 'visit.started': return `Visit${data.url ? ` of ${page_of(data.url)}` : ''}`;
    case 'visit.ended': return 'Visit ended';
    case 'page.viewed': return data.title ? said(data.title, 160) : `Page ${page_of(data.url ?? '')}`;
    case 'chat.started': return `Chat: ${said(data.title ?? data.caseId ?? '', 160)}`;
    case 'chat.message': return `${{agent: 'Agent', bot: 'Bot'}[data.author] ?? 'Contact'}: ${said(data.text ?? '…', 160)}`;
    case 'case.status.changed': return `Case ${data.status ?? ''}${data.closingState ? `, ${data.closingState}` : ''}`;
    case 'note.added': return `Note: ${said(data.text ?? '', 160)}`;
    case 'contact.merged_into': return `Merged into ${data.into}`;
    case 'contact.absorbed': return `Contact ${data.mergeId} was merged in`;
    case 'contact.unmerged': return 'Merge taken back';
    case 'contact.parted': return `Contact ${data.mergeId} has its own again`;
    default: break;
  }
  if (event.changes?.length) {
    const changes = event.changes.every(same) ? event.changes : event.changes.filter((change) => !same(change));
    const first = changes.slice(0, 3).map(change_text).join(', ');
    const text = event.type === 'contact.created' ? `Created: ${first}` : first;
    return changes.length > 3 ? `${text} and ${changes.length - 3} more` : text;
  }
  if (event.type === 'contact.created') return 'Created';
  const members = Object.entries(data).filter(([, value]) => typeof value !== 'object').slice(0, 4);
  return [event.type, members.map(([name, value]) => `${name} ${said(value, 40)}`).join(', ')].filter(Boolean).join(': ');
}

// What a row belongs to: a visit with its pages, a chat with its messages, edits of one hand within a minute.
export function group_key(event) {
  const lane = lane_of(event);
  if (lane === 'visits' && event.data?.visitId) return `visit ${event.contact} ${event.data.visitId}`;
  if (lane === 'chats' && event.data?.caseId) return `case ${event.contact} ${event.data.caseId}`;
  if (lane === 'edits' && event.type !== 'contact.created') return `edit ${event.source} ${event.actor}`;
  return null;
}

export function group_summary(events) {
  const lane = lane_of(events[0]);
  const oldest = events[events.length - 1];
  if (lane === 'visits') return `Visit, ${events.length} steps: ${page_of(oldest.data?.url ?? '')}`;
  if (lane === 'chats') return `${said(events.find((event) => event.data?.title)?.data.title ?? 'Chat', 160)}, ${events.length} entries`;
  return `${events.length} edits: ${short(summary(events[0]), 90)}`;
}

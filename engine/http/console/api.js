// Calls of /v1. The key is in this module's memory and nowhere else; without it a call goes by the session's cookie,
// which the server takes for GET alone.

let key = '';
export const set_key = (text) => { key = text; };
export const has_key = () => key !== '';

// What the server answered that was no success: its problem document, or why there was no answer at all.
export class Problem extends Error {
  constructor(status, body, method, path) {
    super(body.detail || body.title || 'no answer');
    Object.assign(this, {status, code: body.code, field: body.field, request_id: body.requestId, method, path, body});
  }
}

async function problem_of(response, method, path) {
  const body = await response.json().catch(() => ({detail: `the server answered ${response.status}`, code: 'unknown'}));
  return new Problem(response.status, body, method, path);
}

export const query = (parameters) => {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null && one !== '') out.append(name, one);
    }
  }
  const text = out.toString();
  return text ? `?${text}` : '';
};

async function call(method, path, body, {signal, type = 'application/json', headers = {}} = {}) {
  const sent = {...headers};
  if (key) sent.Authorization = `Bearer ${key}`;
  if (body !== undefined) sent['Content-Type'] = type;
  let response;
  try {
    response = await fetch(path, {method, headers: sent, body, signal, cache: 'no-store', credentials: 'same-origin'});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, {code: 'unreachable', detail: 'The server does not answer.'}, method, path);
  }
  if (!response.ok) throw await problem_of(response, method, path);
  if (response.status === 204) return null;
  return response.json();
}

export const get = (path, options) => call('GET', path, undefined, options);
export const send = (method, path, body, options) =>
  call(method, path, body === undefined ? undefined : JSON.stringify(body), options);
export const send_text = (method, path, text, options) => call(method, path, text, options);

export const curl = (method, path, body) => {
  const parts = ['curl', method === 'GET' ? '' : `-X ${method}`, `'${location.origin}${path.replaceAll("'", '%27')}'`,
                 `-H "Authorization: Bearer $RAPPORT_KEY"`];
  if (body !== undefined) parts.push(`-H 'Content-Type: application/json'`, `-d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`);
  return parts.filter(Boolean).join(' ');
};
